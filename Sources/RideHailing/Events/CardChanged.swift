public import EventStreams

/// A rider pays by another card from now on: what the rider owes in a city is charged to it.
public struct CardChanged: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "CARD_CHANGED"
  /// The topic of such an event.
  public static let topic = RideTopics.payments

  /// Whose card.
  public var riderID: String
  /// Where: what is owed is owed to a city.
  public var city: String
  /// What the gateway knows the card by.
  public var card: String
  /// The change's own name: the same is the same change; nil if the card is name enough.
  public var change: String?

  /// The event's data.
  public init(riderID: String, city: String, card: String, change: String? = nil) {
    self.riderID = riderID
    self.city = city
    self.card = card
    self.change = change
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    card = try fields("token", \.card, .name.personal(of: "riderId"))
    change = try fields.optional("change", \.change, .name)
  }

  /// What is handled in order: a rider.
  public var orderingKey: String { riderID }
  /// What belongs together: a city.
  public var shardKey: String { city }
  /// One per rider, city and name.
  public var eventID: String {
    OutcomeID.of(Self.eventType, ride: riderID, cause: "\(city.utf8.count)/\(city)/\(change ?? card)")
  }
}
