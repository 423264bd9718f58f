public import EventStreams

/// Rides that ended before a day are closed, from the day after this on: they are not booked, corrected or rated any more, but as imported
/// history.
///
/// What services keep of them can leave then: nothing that comes later depends on it.
public struct RidesClosed: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDES_CLOSED"
  /// The topic of such an event: one that all services are delivered which keep anything of rides.
  public static let topic = RideTopics.rides

  /// Rides are closed that ended before this day, counted since 1970.
  public let before: Int64
  /// The shard key: a text that belongs to the shard.
  public let place: String

  /// Closes rides of a shard.
  public init(before: Int64, place: String) {
    self.before = before
    self.place = place
  }

  /// Closings of a shard are handled in order, and what leaves after them.
  public var orderingKey: String { RecordsRemoved.orderingKey(of: place) }
  /// The place.
  public var shardKey: String { place }
  /// One per day.
  public var eventID: String { "\(Self.eventType):\(before):\(place)" }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    before = try fields("before", { RecordsRemoved.start(of: $0.before) }, .startOfDay).day
    place = try fields("place", \.place, .name)
  }
}
