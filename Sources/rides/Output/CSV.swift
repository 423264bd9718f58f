/// Comma-separated values (RFC 4180), a line feed at the end of each row, that spreadsheets open as what they are.
enum CSV {
  /// A value of a row.
  enum Field {
    /// Nil is empty; an empty text is a pair of quotes.
    case text(String?)
    /// A number as it stands.
    case number(String?)
  }

  /// A row of texts; nil is empty.
  static func row(_ texts: [String?]) -> String { row(texts.map { .text($0) }) }

  /// A row.
  static func row(_ fields: [Field]) -> String {
    fields.map { field in
      switch field {
      case .text(let text): text.map { quoted(neutral($0)) } ?? ""
      case .number(let number): number ?? ""
      }
    }
    .joined(separator: ",")
  }

  /// What a spreadsheet takes for a formula, it takes for text after an apostrophe.
  /// https://owasp.org/www-community/attacks/CSV_Injection
  private static func neutral(_ text: String) -> String {
    guard let first = text.unicodeScalars.first(where: { $0 != " " }) else { return text }
    return "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) ? "'\(text)" : text
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

extension CSV.Field: ExpressibleByStringInterpolation {
  init(stringLiteral text: String) { self = .text(text) }
}
