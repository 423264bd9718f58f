/// Reads JSON documents (RFC 8259): checks a whole document in one pass, and notes where each value stands.
///
/// Keeps its tape from document to document, so that reading one allocates nothing.
public struct JSONParser: ~Copyable {
  private var tape = JSONTape()

  /// How deep values may be nested.
  public static let depthLimit = 512

  /// A parser.
  public init() {}

  /// Reads a document.
  ///
  /// - Returns: a view of the outermost value; it lives no longer than the bytes, and until the next document is read.
  @_lifetime(copy bytes, &self)
  public mutating func parse(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    guard bytes.count <= Int(UInt32.max) else { throw JSONError(problem: "a document of more than 4 GiB") }
    tape.removeAll()
    var scanner = JSONScanner(bytes)
    scanner.skipWhitespace()
    try scanner.value(&tape, depth: 0)
    scanner.skipWhitespace()
    guard scanner.isAtEnd else { throw scanner.unexpected("the end") }
    return JSONValue(bytes: bytes, tape: tape.span, index: 0)
  }
}
