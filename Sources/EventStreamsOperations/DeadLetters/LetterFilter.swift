public import EventStreams

/// Which dead letters of a service are meant. What is nil leaves all.
public struct LetterFilter: Sendable, Hashable, JSONRecord {
  /// Of events of this type.
  public var type: String?
  /// Of this key.
  public var key: String?
  /// With exactly this reason.
  public var reason: String?
  /// Given up at this moment or later.
  public var from: Timestamp?
  /// Given up before this moment.
  public var to: Timestamp?
  /// Those that are parked behind others, or those that are not.
  public var isParked: Bool?

  /// All letters.
  public init() {}

  /// True if it leaves all.
  public var isOfAll: Bool { self == LetterFilter() }

  /// Whether a letter is meant.
  public func matches(_ letter: DeadLetter) -> Bool {
    if let isParked, letter.isParked != isParked { return false }
    if let key, !letter.key.hasSameBytes(as: key) { return false }
    if let reason, !letter.about.reason.hasSameBytes(as: reason) { return false }
    if let from, letter.about.at < from { return false }
    if let to, letter.about.at >= to { return false }
    // Last: the event has to be read for it.
    if let type, letter.header?.type.rawValue.hasSameBytes(as: type) != true { return false }
    return true
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    type = try fields.optional("type", \.type)
    key = try fields.optional("key", \.key)
    reason = try fields.optional("reason", \.reason)
    from = try fields.optional("from", \.from)
    to = try fields.optional("to", \.to)
    isParked = try fields.optional("parked", \.isParked)
  }
}
