public import EventStreams

/// What is asked of a card.
public struct CardRequest: Sendable, Hashable {
  /// How much.
  public var amount: Money
  /// What the gateway knows the card by; nil where that follows from what was done before.
  public var token: String?
  /// What it is for: the same is done once.
  public var key: String
  /// The ride that it is for.
  public var rideID: String
  /// Who rides.
  public var riderID: String
  /// Where.
  public var city: String
  /// Before this moment nobody can have asked for it: the older it is, the less a gateway remembers of what it has done under the key.
  public var since: Timestamp

  /// What is asked of a card.
  public init(
    _ amount: Money, token: String?, key: String, rideID: String, riderID: String, city: String, since: Timestamp
  ) {
    self.amount = amount
    self.token = token
    self.key = key
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.since = since
  }
}
