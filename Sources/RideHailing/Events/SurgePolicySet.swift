public import EventStreams

/// From a moment on the prices of a city are made otherwise. It stands in an event and in no setting, so that history comes to the same
/// whoever handles it.
public struct SurgePolicySet: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "SURGE_POLICY_SET"
  /// The topic of such an event.
  public static let topic = RideTopics.cars

  /// Where.
  public var city: String
  /// For which cars; nil for the city's usual ones.
  public var pool: String?
  /// From when on.
  public var from: Timestamp
  /// How prices are made from then on.
  public var policy: SurgePolicy

  /// The event's data.
  public init(city: String, pool: String? = nil, from: Timestamp, policy: SurgePolicy) {
    self.city = city
    self.pool = pool
    self.from = from
    self.policy = policy
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    city = try fields("city", \.city, .name)
    pool = try fields.optional("pool", \.pool, .name)
    from = try fields("from", \.from)
    policy = try fields("policy", \.policy)
  }

  /// What is handled in order: a city.
  public var orderingKey: String { city }
  /// One per city, pool and moment.
  public var eventID: String {
    OutcomeID.of(Self.eventType, ride: city, correction: "\(pool ?? ""):\(from.microsecondsSinceEpoch)")
  }
}
