/// Comma-separated values (RFC 4180), a line feed at the end of each row.
enum CSV {
  /// A row; what is nil is empty, and an empty text is a pair of quotes.
  static func row(_ fields: [String?]) -> String {
    fields.map { $0.map(quoted) ?? "" }.joined(separator: ",")
  }

  private static func quoted(_ field: String) -> String {
    let needsQuotes =
      field.isEmpty
      || field.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
      }
      || field.first == " " || field.last == " "
    return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
  }
}
