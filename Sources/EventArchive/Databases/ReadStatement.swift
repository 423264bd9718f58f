/// The rule of what may be asked of the archive: one statement that reads.
///
/// The archive is opened so that it can't be written to, whatever the statement; this is for an answer that says what is wrong.
enum ReadStatement {
  static let none = ArchiveProblem("there is no statement: give one SELECT")
  static let writes = ArchiveProblem("the statement would write, and is refused: the archive is read here")
  static let parameters = ArchiveProblem(
    "the statement has parameters (? or :name), which nobody fills in: write the values")
  static let several = ArchiveProblem("there are several statements: give one")

  static let verbs = ["SELECT", "WITH", "VALUES", "EXPLAIN"]

  /// Throws unless the text begins like a statement that reads.
  static func check(_ sql: String) throws(ArchiveProblem) {
    guard let word = firstWord(of: sql) else { throw none }
    guard verbs.contains(word.uppercased()) else {
      throw ArchiveProblem("\(word.uppercased()) is refused: the archive is read here, give one SELECT")
    }
  }

  /// The first word behind blanks and comments.
  private static func firstWord(of sql: String) -> Substring? {
    var rest = sql[...]
    while true {
      rest = rest.drop { $0.isWhitespace || $0 == ";" || $0 == "(" }
      if rest.hasPrefix("--") {
        rest = rest.drop { !$0.isNewline }
      } else if rest.hasPrefix("/*") {
        guard let end = rest.firstRange(of: "*/") else { return nil }
        rest = rest[end.upperBound...]
      } else {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return word.isEmpty ? (rest.isEmpty ? nil : rest.prefix(1)) : word
      }
    }
  }
}
