public import EventStreams

/// A price that a rider was shown, and until when it holds: what it says is what the ride costs, but for tip and tolls.
///
/// Whoever asks for the ride repeats it, so that what was promised can be told from the request alone.
public struct Quote: Sendable, Hashable, JSONRecord {
  /// Its name, one of its own for each look at a price of one ride; nil for the only one.
  public var id: String?
  /// What the ride costs, in minor units, without tip and tolls.
  public var price: Int
  /// Of the price.
  public var currency: Currency
  /// What the fare is multiplied by, in tenths: 10 is the plain price, and contained in the price.
  public var multiplier: Int
  /// The last moment at which the ride can be asked for at this price.
  public var lockedUntil: Timestamp

  /// A price until a moment.
  public init(id: String? = nil, price: Money, multiplier: Int = 10, lockedUntil: Timestamp) {
    self.id = id
    self.price = price.minorUnits
    currency = price.currency
    self.multiplier = multiplier
    self.lockedUntil = lockedUntil
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    id = try fields.optional("id", \.id, .name)
    price = try fields("price", \.price, .within(.fare))
    currency = try fields("currency", \.currency)
    multiplier = try fields("multiplier", \.multiplier, .within(.tenths), omitting: 10)
    lockedUntil = try fields("lockedUntil", \.lockedUntil)
  }

  /// The price.
  public var amount: Money { Money(price, currency) }

  /// How a fare differs from the price, tip and tolls aside; nil if it does not.
  public func difference(from fare: Fare) -> String? {
    let charged = Money(fare.total - fare.tip - fare.tolls, fare.currency)
    guard charged != amount else { return nil }
    return "is \(charged) without tip and tolls, and \(amount) was promised"
  }

  /// Why a ride that is asked for at a moment is not to be had at this price; nil if it is.
  public func refusal(at time: Timestamp) -> String? {
    guard time > lockedUntil else { return nil }
    return "the price of \(amount) was held until \(lockedUntil), and the ride asked for at \(time)"
  }
}
