/// Takes a JSON array apart into its elements, as its lines come in.
struct ArraySplitter {
  private var rest: ArraySlice<UInt8>
  private var line: Int
  private var hasBegun = false
  private var hasEnded = false

  init(_ firstLine: [UInt8], line: Int) {
    rest = firstLine[...]
    self.line = line
  }

  mutating func next(_ lines: inout LineReader) throws(JSONError) -> EventInput.Item? {
    var element: [UInt8] = []
    var start = line
    var nesting = JSONNesting()
    var isTooLong = false
    while let byte = try nextByte(&lines) {
      if hasEnded {
        guard byte.isJSONWhitespace else { throw JSONError(problem: "line \(line): there is text after the array's end") }
        continue
      }
      if !hasBegun {
        hasBegun = byte == UInt8(ascii: "[")
        start = line
        continue
      }
      let endsElement = !nesting.isOpen && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]"))
      if endsElement {
        hasEnded = byte == UInt8(ascii: "]")
        if isTooLong { return EventInput.Item(line: start, content: .failure(EventInput.tooLong)) }
        if !element.isEmpty { return EventInput.Item(line: start, content: .success(element)) }
        if hasEnded { continue }
        return EventInput.Item(line: line, content: .failure(JSONError(problem: "nothing between two commas")))
      }
      if element.isEmpty {
        if byte.isJSONWhitespace { continue }
        start = line
      }
      nesting.scan(byte)
      if element.count < EventInput.longestEvent { element.append(byte) } else { isTooLong = true }
    }
    guard hasEnded else {
      hasEnded = true
      return EventInput.Item(line: start, content: .failure(JSONError(problem: "the array is not closed")))
    }
    return nil
  }

  private mutating func nextByte(_ lines: inout LineReader) throws(JSONError) -> UInt8? {
    while rest.isEmpty {
      guard let next = try lines.next() else { return nil }
      line = next.number
      guard let bytes = next.bytes else { throw JSONError(problem: "line \(line) \(EventInput.tooLong.problem)") }
      rest = (bytes + [UInt8(ascii: "\n")])[...]
    }
    return rest.popFirst()
  }
}
