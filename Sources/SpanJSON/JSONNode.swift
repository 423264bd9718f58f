/// One value, or one field's name, on the tape of a parsed document.
///
/// An object is followed by its fields, each a name and a value; an array by its elements.
@usableFromInline
struct JSONNode {
  /// First byte of the value's text; of a string, the first after the quote.
  var start: UInt32
  /// The byte after the last; of a string, the closing quote.
  var end: UInt32
  /// Where on the tape the value's contents end.
  var next: UInt32
  var kind: JSONKind
  /// The string has escapes, so its text is not its value.
  var isEscaped: Bool
  /// The string has only ASCII characters.
  var isASCII: Bool
}
