/// Reads comma-separated values (RFC 4180): quotes that open at the start of a cell, doubled quotes, line ends inside quotes,
/// and LF, CRLF or CR at the end of rows, whichever the first line has.
///
/// No line vanishes in another: where a quote is not closed, only the line that it opens in is rejected, and the next one is
/// read as a row of its own.
struct CSVReader {
  /// A row with the physical line it begins on, from 1.
  struct Row {
    let line: Int
    let fields: [String]
    /// The row as it stands in the file, without its end.
    let text: String
  }

  /// What ends where in the bytes of a row.
  private enum Found {
    /// A row, with what begins after it.
    case row(end: Int, next: Int, lines: Int)
    /// Nothing that can be read: why.
    case problem(String)
    /// The row may go on in what has not been read.
    case more
  }

  private enum State {
    case start, unquoted, quoted, closed
  }

  private var input: ByteInput
  private var line = 1
  /// What ends a row: CR alone in files that have no LF.
  private var lineEnd: UInt8 = UInt8(ascii: "\n")

  /// No row is longer: 1 MB.
  static let longestRow = 1_000_000

  private static let quote = UInt8(ascii: "\"")

  init(fileDescriptor: Int32) { input = ByteInput(fileDescriptor: fileDescriptor) }

  /// The first bytes, before anything is read.
  mutating func firstBytes() throws(ImportProblem) -> ArraySlice<UInt8> {
    try input.fill(64)
    return input.bytes[input.position...]
  }

  /// Passes over a byte-order mark, and looks at how lines end.
  private mutating func begin() throws(ImportProblem) {
    try input.fill(3)
    if input.bytes.starts(with: [0xef, 0xbb, 0xbf]) { input.position = 3 }
    while true {
      if let end = input.bytes[input.position...].firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) {
        // CR is followed by LF, or ends lines itself.
        if input.bytes[end] == 0x0d, end + 1 == input.bytes.count, !input.isAtEnd {
          try input.more()
          continue
        }
        if input.bytes[end] == 0x0d, end + 1 == input.bytes.count || input.bytes[end + 1] != 0x0a { lineEnd = 0x0d }
        return
      }
      guard !input.isAtEnd, input.bytes.count < Self.longestRow else { return }
      try input.more()
    }
  }

  /// The next row that is not empty, or why it can't be read; nil at the end.
  mutating func next() throws(ImportProblem) -> Result<Row, RejectedRow>? {
    if line == 1, input.position == 0 { try begin() }
    while true {
      try input.fill(1)
      guard input.position < input.bytes.count else { return nil }
      var fields: [Range<Int>] = []
      switch find(&fields) {
      case .more: try input.more()
      case .problem(let reason): return .failure(try reject(reason))
      case .row(let end, let next, let lines):
        defer {
          input.position = next
          line += lines
        }
        let bytes = input.bytes[input.position..<end]
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
        guard let text = String(validating: bytes, as: UTF8.self) else {
          return .failure(
            RejectedRow(
              line: line, field: nil,
              reason: "is not UTF-8; if the file is in Latin-1: iconv -f LATIN1 -t UTF-8 FILE",
              text: String(decoding: bytes, as: UTF8.self)))
        }
        return .success(Row(line: line, fields: fields.map { value($0) }, text: text))
      }
    }
  }

  /// Finds where the row at the position ends, and the cells in it.
  private func find(_ fields: inout [Range<Int>]) -> Found {
    let bytes = input.bytes
    var (state, start, lines) = (State.start, input.position, 1)
    var index = input.position
    while index < bytes.count {
      let byte = bytes[index]
      switch state {
      case .quoted:
        if byte == Self.quote { state = .closed }
        if byte == lineEnd { lines += 1 }
      case .closed where byte == Self.quote: state = .quoted
      case _ where byte == UInt8(ascii: ","):
        fields.append(start..<index)
        (state, start) = (.start, index + 1)
      case _ where byte == lineEnd:
        let end = byte == 0x0a && index > start && bytes[index - 1] == 0x0d ? index - 1 : index
        fields.append(start..<end)
        return .row(end: end, next: index + 1, lines: lines)
      case .start: state = byte == Self.quote ? .quoted : .unquoted
      // The CR of a CRLF, and blanks before the comma.
      case .closed where byte == 0x0d || byte == 0x20: break
      case .closed: return .problem("a quote closes in the middle of a cell")
      case .unquoted: break
      }
      index += 1
      if index - input.position > Self.longestRow {
        return .problem(lines == 1 ? "is longer than 1 MB" : "the quote that opens here is not closed within 1 MB")
      }
    }
    guard input.isAtEnd else { return .more }
    guard state != .quoted else { return .problem("the quote that opens here is not closed by the end of the file") }
    let end = bytes.last == 0x0d ? index - 1 : index
    fields.append(start..<max(start, end))
    return .row(end: end, next: index, lines: lines)
  }

  /// The text of a cell, without its quotes.
  private func value(_ range: Range<Int>) -> String {
    let cell = input.bytes[range]
    guard cell.first == Self.quote, let last = cell.lastIndex(of: Self.quote) else {
      return String(decoding: cell, as: UTF8.self)
    }
    return String(decoding: cell[(range.lowerBound + 1)..<last], as: UTF8.self).replacing("\"\"", with: "\"")
  }

  /// Rejects the line at the position alone.
  private mutating func reject(_ reason: String) throws(ImportProblem) -> RejectedRow {
    let text = input.bytes[input.position...].prefix(200).prefix { $0 != lineEnd }
    let rejected = RejectedRow(line: line, field: nil, reason: reason, text: String(decoding: text, as: UTF8.self))
    line += 1
    while true {
      if let end = input.bytes[input.position...].firstIndex(of: lineEnd) {
        input.position = end + 1
        return rejected
      }
      input.position = input.bytes.count
      guard !input.isAtEnd else { return rejected }
      try input.more()
    }
  }
}
