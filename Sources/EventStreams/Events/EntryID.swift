/// The id of an entry in a Redis stream: `<milliseconds>-<sequence>`, growing within a stream.
public struct EntryID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Milliseconds since 1970 by the server's clock when the entry was added.
  public let milliseconds: UInt64
  /// Counts the entries of one millisecond from 0.
  public let sequence: UInt64

  /// `0-0`, which is before every entry.
  public static let zero = EntryID(milliseconds: 0, sequence: 0)

  /// An id of its two parts.
  public init(milliseconds: UInt64, sequence: UInt64) {
    self.milliseconds = milliseconds
    self.sequence = sequence
  }

  /// Reads `1700000000000-3` (or `1700000000000`, whose sequence is 0); nil if it is neither.
  public init?(_ text: String) {
    self.init(utf8: text.utf8.span)
  }

  /// Reads the id from the bytes of a reply.
  package init?(utf8 bytes: Span<UInt8>) {
    var parts: (UInt64, UInt64) = (0, 0)
    var digits = 0
    var inSequence = false
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: "-"), !inSequence, digits > 0 {
        inSequence = true
        digits = 0
        continue
      }
      guard byte >= 48, byte <= 57 else { return nil }
      let part = inSequence ? parts.1 : parts.0
      let (tens, overflow) = part.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(UInt64(byte - 48))
      guard !overflow, !carried else { return nil }
      if inSequence { parts.1 = sum } else { parts.0 = sum }
      digits += 1
    }
    guard digits > 0 else { return nil }
    self.init(milliseconds: parts.0, sequence: parts.1)
  }

  /// What it says to people.
  public var description: String { "\(milliseconds)-\(sequence)" }

  /// When Redis recorded the entry.
  public var recordedAt: Timestamp { Timestamp(millisecondsSinceEpoch: Int64(clamping: milliseconds)) }

  /// The smallest id after this one; of the last there is, itself.
  public var next: EntryID {
    guard sequence == .max else { return EntryID(milliseconds: milliseconds, sequence: sequence + 1) }
    return milliseconds == .max ? self : EntryID(milliseconds: milliseconds + 1, sequence: 0)
  }

  /// The largest id before this one; `0-0` has none and stays.
  public var previous: EntryID {
    if sequence > 0 { return EntryID(milliseconds: milliseconds, sequence: sequence - 1) }
    return milliseconds == 0 ? self : EntryID(milliseconds: milliseconds - 1, sequence: .max)
  }

  /// Earlier comes first.
  public static func < (a: EntryID, b: EntryID) -> Bool {
    (a.milliseconds, a.sequence) < (b.milliseconds, b.sequence)
  }
}

extension EntryID: FieldValue {
  /// `0-0`
  public static var example: EntryID { zero }
  /// What it is.
  public static var kind: String { "entry id, as 1700000000000-3" }

  /// A string.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    guard json.kind == .string, let id = EntryID(utf8: json.rawBytes) else {
      throw json.mismatch("an entry id like \"1700000000000-3\"")
    }
    self = id
  }

  /// A string.
  public func write(to json: inout JSONWriter) { json.string(description) }
}
