extension Identifier {
  /// The most bytes that an event's `id` and `key` have.
  public static let longest = 512

  /// Throws unless a text can name something: 1 to `longest` bytes, no control character, and nothing that turns the direction of
  /// the text around it or ends its line. So a name can be shown as it is, and is one line wherever it is written.
  ///
  /// - Parameters:
  ///   - text: what is looked at.
  ///   - field: where it stands, for the error.
  ///   - longest: the most bytes that it may have.
  public static func check(_ text: String, _ field: String, longest: Int = Identifier.longest) throws(JSONError) {
    let bytes = text.utf8.span
    guard bytes.count > 0 else { throw JSONError(path: field, problem: "must not be empty") }
    guard bytes.count <= longest else {
      throw JSONError(path: field, problem: "is longer than \(longest) bytes")
    }
    // Nearly always all are ASCII's printable characters.
    for index in bytes.indices where bytes[index] &- 0x20 >= 0x5f { return try checkScalars(of: text, field) }
  }

  private static func checkScalars(of text: String, _ field: String) throws(JSONError) {
    for scalar in text.unicodeScalars {
      guard let kind = kind(ofUnfit: scalar) else { continue }
      let code = String(scalar.value, radix: 16, uppercase: true)
      let padded = String(repeating: "0", count: max(0, 4 - code.utf8.count)) + code
      throw JSONError(path: field, problem: "must not hold \(kind) (U+\(padded))")
    }
  }

  /// What kind of character it is that no name may hold; nil if a name may.
  private static func kind(ofUnfit scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: "a control character"
    // Marks, embeddings and overrides, isolates: Unicode Standard Annex 9, table 1.
    case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: "a character that turns the direction of text"
    case 0x2028, 0x2029: "a character that ends a line"
    default: nil
    }
  }
}
