/// Comma-separated values (RFC 4180, but rows end with a line feed alone).
enum CSV {
  /// A row, with its fields in quotes where they need them; nil is empty.
  static func row(_ fields: [String?]) -> String {
    fields.map { field in
      guard let field else { return "" }
      guard field.utf8.contains(where: { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }) else { return field }
      return "\"\(field.replacing("\"", with: "\"\""))\""
    }
    .joined(separator: ",")
  }
}
