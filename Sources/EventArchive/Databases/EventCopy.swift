import EventStreams

/// Rows as COPY takes them in its binary format: that is many times faster than a statement for each.
struct EventCopy {
  private let subject: ArchiveDomain.Subject?
  private let columns: [String]
  private var bytes: [UInt8]

  init(_ subject: ArchiveDomain.Subject?) {
    self.subject = subject
    columns = ArchiveTable.columns(subject)
    // Its signature, no flags, and no more of a header.
    bytes = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + [UInt8](repeating: 0, count: 8)
  }

  var statement: String {
    "COPY events (\(columns.joined(separator: ", "))) FROM STDIN (FORMAT binary)"
  }

  mutating func add(_ row: ChainedRow) {
    let event = row.event
    append(Int16(columns.count))
    field(Int64(event.shard))
    field(row.milliseconds)
    field(row.sequence)
    field(event.header?.id)
    field(event.header?.type.rawValue)
    field(event.header?.key)
    if let time = event.header?.timestamp { field(time.microsecondsSinceEpoch) } else { null() }
    field(event.json)
    field(Int64(row.link.number))
    field(row.link.hash.bytes)
    if let subject { field(subject.besideKey(of: event)) }
  }

  /// All of it.
  mutating func finish() -> [UInt8] {
    append(Int16(-1))
    return bytes
  }

  private mutating func field(_ number: Int64) {
    append(Int32(8))
    append(number)
  }

  private mutating func field(_ text: String?) {
    guard let text else { return null() }
    let held = PostgresText.held(text)
    append(Int32(held.utf8.count))
    bytes += held.utf8
  }

  private mutating func field(_ value: [UInt8]) {
    append(Int32(value.count))
    bytes += value
  }

  private mutating func null() { append(Int32(-1)) }

  private mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
  }
}
