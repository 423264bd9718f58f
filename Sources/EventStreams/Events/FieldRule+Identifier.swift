public import SpanJSON

extension FieldRule<String> {
  /// A text that can name something: an event, a key, what becomes part of them.
  public static var identifier: FieldRule {
    FieldRule("1 to \(Identifier.longest) bytes without control characters") { (text) throws(JSONError) in
      try Identifier.check(text, "")
    }
  }
}
