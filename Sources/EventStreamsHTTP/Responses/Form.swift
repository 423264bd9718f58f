import EventStreams

/// What somebody has filled in: `application/x-www-form-urlencoded`.
struct Form: Sendable {
  private let fields: [(name: String, value: String)]

  init(_ bytes: [UInt8]) throws(Problem) {
    var fields: [(name: String, value: String)] = []
    for pair in String(decoding: bytes, as: UTF8.self).split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(parts[0]), let value = parts.count > 1 ? Self.decoded(parts[1]) : "" else {
        throw .malformed("the form can't be read")
      }
      fields.append((name, value))
    }
    self.fields = fields
  }

  private static func decoded(_ text: Substring) -> String? { String(text.replacing("+", with: " ")).fromAddress }

  /// A field that says something; nil if there is none, or it is empty.
  subscript(_ name: String) -> String? { all(name).first { !$0.isEmpty } }

  /// All fields of a name.
  func all(_ name: String) -> [String] { fields.filter { $0.name.hasSameBytes(as: name) }.map(\.value) }
}
