#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Takes a file or standard input apart into events: one JSON object per line, a JSON array of objects, or an object that
/// spreads over several lines.
///
/// Keeps no more than one event in memory. A line that is no object does not keep the next ones from being read.
public struct EventInput {
  /// One event's text, or why there is none.
  public struct Item: Sendable {
    /// The line it begins on, from 1.
    public let line: Int
    /// Its JSON; a problem instead if it is too long or not closed.
    public let content: Result<[UInt8], JSONError>
  }

  /// No event is longer: 10 MB.
  public static let longestEvent = 10_000_000

  private var lines: LineReader
  private var elements: ArraySplitter?
  private var isAtStart = true
  /// Lines read ahead for an object that turned out not to be one.
  private var pushedBack: [LineReader.Line] = []

  /// Reads from an open file.
  public init(fileDescriptor: Int32) {
    lines = LineReader(fileDescriptor: fileDescriptor, longest: Self.longestEvent)
  }

  /// The next event; nil at the end.
  public mutating func next() throws(JSONError) -> Item? {
    while true {
      if var splitter = elements {
        defer { elements = splitter }
        return try splitter.next(&lines)
      }
      guard let line = try nextLine() else { return nil }
      guard let bytes = line.bytes else { return Item(line: line.number, content: .failure(Self.tooLong)) }
      guard let first = bytes.first(where: { !$0.isJSONWhitespace }) else { continue }
      if isAtStart, first == UInt8(ascii: "[") {
        elements = ArraySplitter(bytes, line: line.number)
        continue
      }
      isAtStart = false
      return try item(line, bytes)
    }
  }

  static let tooLong = JSONError(problem: "is longer than \(longestEvent / 1_000_000) MB")

  private mutating func nextLine() throws(JSONError) -> LineReader.Line? {
    if let line = pushedBack.popLast() { return line }
    return try lines.next()
  }

  /// An object that is whole on its line, or goes on over the next few.
  private mutating func item(_ line: LineReader.Line, _ bytes: [UInt8]) throws(JSONError) -> Item {
    var nesting = JSONNesting()
    nesting.scan(bytes)
    guard nesting.isOpen else { return Item(line: line.number, content: .success(bytes)) }
    var text = bytes
    var ahead: [LineReader.Line] = []
    while nesting.isOpen, ahead.count < 1000, text.count < 1_000_000, let next = try nextLine() {
      ahead.append(next)
      guard let more = next.bytes else { break }
      text.append(UInt8(ascii: "\n"))
      text += more
      nesting.scan(more)
    }
    var parser = JSONParser()
    do throws(JSONError) {
      _ = try parser.parse(text.span)
      return Item(line: line.number, content: .success(text))
    } catch {
      // Not an object over several lines, then, but one bad line: the others are read for themselves.
      pushedBack += ahead.reversed()
      return Item(line: line.number, content: .success(bytes))
    }
  }
}

extension UInt8 {
  var isJSONWhitespace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
