public import EventStreams

/// A ride was asked for at a price that was not held any more: it is not to be had at that price, and another has to be asked for.
public struct QuoteRefused: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "QUOTE_REFUSED"
  /// The topic of such an event.
  public static let topic = RideTopics.progress

  /// The ride.
  public var rideID: String
  /// Who asked; nil if nobody said.
  public var riderID: String?
  /// Where.
  public var city: String
  /// The price that was asked for.
  public var quote: Quote
  /// Why it is not to be had, for people.
  public var reason: String

  /// The event's data.
  public init(rideID: String, riderID: String?, city: String, quote: Quote, reason: String) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.quote = quote
    self.reason = reason
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields.optional("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    quote = try fields("quote", \.quote)
    reason = try fields("reason", \.reason, .text())
  }
}
