public import EventStreams

/// The drivers of a city are paid for a week, by these rules. The first such event of a run counts: whoever goes on with it later, or does it
/// once more, goes by what it says, and by nothing that was recorded after it.
public struct PayoutRunStarted: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "PAYOUT_RUN_STARTED"
  /// The topic of such an event.
  public static let topic = RideTopics.accounts

  /// The run's name, which the bank is told as well.
  public var run: String
  /// Where.
  public var city: String
  /// Of all amounts.
  public var currency: Currency
  /// The week, as 2026-W13.
  public var week: String
  /// The time zone whose week it is.
  public var zone: String
  /// When the week begins there.
  public var from: Timestamp
  /// When the next one begins.
  public var before: Timestamp
  /// Less than this is not paid, but carried on; in minor units.
  public var minimum: Int
  /// So much stays on each account, in minor units.
  public var holdBack: Int
  /// The day on which the bank is to do it, as 2026-04-02.
  public var executeOn: String

  /// The event's data.
  public init(
    run: String, city: String, currency: Currency, week: String, zone: String, from: Timestamp, before: Timestamp,
    minimum: Int, holdBack: Int, executeOn: String
  ) {
    self.run = run
    self.city = city
    self.currency = currency
    self.week = week
    self.zone = zone
    self.from = from
    self.before = before
    self.minimum = minimum
    self.holdBack = holdBack
    self.executeOn = executeOn
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    run = try fields("run", \.run, .bankReference)
    city = try fields("city", \.city, .name)
    currency = try fields("currency", \.currency)
    week = try fields("week", \.week, .name)
    zone = try fields("zone", \.zone, .name)
    from = try fields("from", \.from)
    before = try fields("before", \.before)
    minimum = try fields("minimum", \.minimum, .within(.fare), omitting: 0)
    holdBack = try fields("holdBack", \.holdBack, .within(.fare), omitting: 0)
    executeOn = try fields("executeOn", \.executeOn, .name)
  }

  /// The events of a run are handled in order.
  public var orderingKey: String { "payouts:\(run)" }
  /// What belongs together: a city.
  public var shardKey: String { city }
  /// One per run.
  public var eventID: String { "\(Self.eventType.rawValue):\(run)" }
}

/// All payouts of a run have been ordered or refused: those that were asked for before this stand in the bank's file, and no others.
public struct PayoutRunClosed: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "PAYOUT_RUN_CLOSED"
  /// The topic of such an event.
  public static let topic = RideTopics.accounts

  /// The run.
  public var run: String
  /// Where.
  public var city: String
  /// How many payouts were ordered.
  public var count: Int
  /// What they come to, in minor units.
  public var total: Int

  /// The event's data.
  public init(run: String, city: String, count: Int, total: Int) {
    self.run = run
    self.city = city
    self.count = count
    self.total = total
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    run = try fields("run", \.run, .bankReference)
    city = try fields("city", \.city, .name)
    count = try fields("count", \.count, .within(.count))
    total = try fields("total", \.total, .within(.money))
  }

  /// The events of a run are handled in order.
  public var orderingKey: String { "payouts:\(run)" }
  /// What belongs together: a city.
  public var shardKey: String { city }
  /// One per run.
  public var eventID: String { "\(Self.eventType.rawValue):\(run)" }
}
