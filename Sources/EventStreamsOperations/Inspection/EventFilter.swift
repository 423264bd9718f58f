public import EventStreams

/// Which events are meant. What is nil leaves all.
public struct EventFilter: Sendable, Hashable {
  /// Of this type.
  public var type: String?
  /// Of this key.
  public var key: String?
  /// Of this city, as their data says: all of it is in one shard, which alone is looked at.
  public var city: String?
  /// Recorded at this moment or later.
  public var from: Timestamp?
  /// Recorded before this moment.
  public var to: Timestamp?

  /// All events.
  public init() {}

  var isByContents: Bool { type != nil || key != nil || city != nil }

  func matches(_ event: EventPage.Found) -> Bool {
    if let type, event.header?.type.rawValue.hasSameBytes(as: type) != true { return false }
    if let key, event.header?.key.hasSameBytes(as: key) != true { return false }
    if let city, event.city?.hasSameBytes(as: city) != true { return false }
    return true
  }
}
