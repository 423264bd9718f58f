import Foundation

/// The place in a list that a client gives back as it was given.
enum Cursor {
  /// URL-safe Base64 (RFC 4648, 5) of a place: nothing that a client should take apart.
  static func text(of place: String) -> String {
    Data(place.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Nil if it is none.
  static func place(of text: String) -> String? {
    guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding)
      .flatMap { String(validating: $0, as: UTF8.self) }
  }
}
