public import EventStreams

/// Money that a rider has paid for a ride, in one go and from one source.
public struct RideCharge: Sendable, Hashable {
  /// The gateway's name for it; of wallet and cash, the journal that booked it.
  public let id: String
  /// Where it came from.
  public let source: Payment.Method
  /// In minor units.
  public let captured: Int
  /// The ride with whose fare it was charged, if this one was owed, and too little to be charged by itself; nil for a charge of its own.
  public let ride: String?
  /// What has gone back of it, never more than was captured.
  public internal(set) var refunded = 0

  /// What can still go back.
  public var remaining: Int { captured - refunded }

  init(id: String, source: Payment.Method, captured: Int, ride: String? = nil) {
    self.id = id
    self.source = source
    self.captured = captured
    self.ride = ride
  }
}

extension RideCharge: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    id = try fields("id", \.id)
    source = try fields("source", \.source)
    captured = try fields("captured", \.captured)
    ride = try fields.optional("ride", \.ride)
    refunded = try fields("refunded", \.refunded, omitting: 0)
  }
}
