import EventStreams

/// Reads comma-separated values (RFC 4180): quotes, doubled quotes, line ends inside quotes, LF and CRLF.
struct CSVReader {
  /// A row with the physical line it begins on, from 1.
  struct Row {
    let line: Int
    let fields: [String]
    /// The row as it stands in the file.
    let text: String
  }

  private var lines: LineReader

  /// No line is longer: 1 MB.
  static let longestLine = 1_000_000

  init(fileDescriptor: Int32) {
    lines = LineReader(fileDescriptor: fileDescriptor, longest: Self.longestLine)
  }

  /// The next row that is not empty, or why it can't be read; nil at the end.
  mutating func next() throws(JSONError) -> Result<Row, RejectedRow>? {
    while let line = try lines.next() {
      guard var bytes = line.bytes else {
        return .failure(RejectedRow(line: line.number, field: nil, reason: "is longer than 1 MB", text: ""))
      }
      if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      // An odd number of quotes leaves one open: the row goes on.
      while bytes.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 1 {
        guard bytes.count < Self.longestLine, let more = try lines.next()?.bytes else {
          return .failure(
            RejectedRow(
              line: line.number, field: nil, reason: "a quote is not closed", text: Self.string(bytes.prefix(200))))
        }
        bytes += [UInt8(ascii: "\n")] + more
      }
      return .success(Row(line: line.number, fields: Self.fields(bytes), text: Self.string(bytes)))
    }
    return nil
  }

  private static func fields(_ bytes: [UInt8]) -> [String] {
    var fields: [String] = []
    fields.reserveCapacity(24)
    var field: [UInt8] = []
    var isQuoted = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") {
        if isQuoted, index < bytes.count, bytes[index] == byte {
          field.append(byte)
          index += 1
        } else {
          isQuoted.toggle()
        }
      } else if byte == UInt8(ascii: ","), !isQuoted {
        fields.append(string(field))
        field.removeAll(keepingCapacity: true)
      } else {
        field.append(byte)
      }
    }
    fields.append(string(field))
    return fields
  }

  private static func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
}
