public import EventStreams

/// Which dead letters of a service are meant. What is nil leaves all.
public struct LetterFilter: Sendable, Hashable, JSONReadable, JSONWritable {
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

  /// Reads it as `write(to:)` writes it.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    type = try object.optional("type")
    key = try object.optional("key")
    reason = try object.optional("reason")
    from = try object.optional("from")
    to = try object.optional("to")
    isParked = try object.optional("parked")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("type", type)
      $0.field("key", key)
      $0.field("reason", reason)
      $0.field("from", from)
      $0.field("to", to)
      $0.field("parked", isParked)
    }
  }
}
