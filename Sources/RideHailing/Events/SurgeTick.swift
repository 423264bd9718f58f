public import EventStreams

/// A minute is over in a city, whether or not anything happens there: prices are to be made for the next one.
///
/// It waits until it is due. Where something happens that is a minute later, prices are made without it.
public struct SurgeTick: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "SURGE_TICK"
  /// The topic of such an event.
  public static let topic = RideTopics.cars

  /// Where.
  public var city: String
  /// The minute from which on the prices hold, since 1970.
  public var minute: Int

  /// The event's data.
  public init(city: String, minute: Int) {
    self.city = city
    self.minute = minute
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    city = try fields("city", \.city, .name)
    minute = try fields("minute", \.minute, .within(.minute))
  }

  /// What is handled in order: a city.
  public var orderingKey: String { city }
  /// One per city and minute.
  public var eventID: String { "\(Self.eventType):\(city):\(minute)" }
}
