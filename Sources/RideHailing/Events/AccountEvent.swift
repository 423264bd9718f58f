public import EventStreams

/// Something happened to an account, or is to happen to it. What, says the type; all of them have this shape.
public struct AccountEvent<What: AccountEventKind>: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { What.eventType }
  /// The topic of such an event.
  public static var topic: String { RideTopics.accounts }

  /// Whose account.
  public var holder: AccountHolder
  /// Where the account is kept; all that happens in one city is in one shard.
  public var city: String
  /// In minor units; negative only where an adjustment takes something away.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// The movement's own name: the same name is the same movement, however often it is published.
  public var movement: String
  /// Why, for people.
  public var reason: String?

  /// The event's data.
  public init(
    _ holder: AccountHolder, city: String, amount: Money, movement: String, reason: String? = nil
  ) {
    self.holder = holder
    self.city = city
    self.amount = amount.minorUnits
    currency = amount.currency
    self.movement = movement
    self.reason = reason
  }

  /// True if nobody has named the movement: the event's own id is its name then.
  var isUnnamed: Bool { movement.hasSameBytes(as: holder.description) }

  /// Whose account is moved, and by how much.
  var whatMoves: String { "\(holder) \(money)" }

  /// The id of the event that says that another movement had the name before.
  public var refusalAsAnother: String { refusalAsAnother(eventID) }

  /// The same for one whose event has an id of its producer's.
  func refusalAsAnother(_ event: String) -> String {
    OutcomeID.of(AccountMovementRefused.eventType, cause: event, saying: [whatMoves])
  }

  /// How much.
  public var money: Money { Money(amount, currency) }

  /// The same movement as an event of another type.
  public func becoming<Other: AccountEventKind>(
    _ type: AccountEvent<Other>.Type, reason: String? = nil
  ) -> AccountEvent<Other> {
    AccountEvent<Other>(holder, city: city, amount: money, movement: movement, reason: reason ?? self.reason)
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    holder = try fields("account", { $0.holder })
    city = try fields("city", { $0.city }, .name)
    amount = try fields("amount", { $0.amount }, .within(.money), ifAbsent: 0)
    currency = try fields("currency", { $0.currency })
    movement = try fields.optional("movement", { $0.movement }, .name) ?? holder.description
    reason = try fields.optional("reason", { $0.reason }, .text())
  }

  /// What the type asks of amount and reason.
  public func check() throws(JSONError) {
    if let problem = What.problem(amount: amount, reason: reason) { throw problem }
  }

  /// What is handled in order: an account.
  public var orderingKey: String { holder.description }
  /// What belongs together: a city.
  public var shardKey: String { city }
  /// One event of a type per movement.
  public var eventID: String { "\(Self.eventType.rawValue):\(movement)" }
}
