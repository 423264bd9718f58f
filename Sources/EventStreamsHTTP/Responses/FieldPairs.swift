/// Names and values as forms and addresses have them: `name=value&name=value`, with `+` for a blank and `%` before what is encoded.
enum FieldPairs {
  /// Reads them, in their order; nil if a `%` begins no character.
  static func read(_ text: String) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(parts[0]), let value = parts.count > 1 ? decoded(parts[1]) : "" else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  private static func decoded(_ text: Substring) -> String? { String(text.replacing("+", with: " ")).fromAddress }
}
