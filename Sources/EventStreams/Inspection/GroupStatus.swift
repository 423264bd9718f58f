/// How far one service is in one shard.
public struct GroupStatus: Sendable, Hashable {
  /// The service.
  public let service: String
  /// The shard.
  public let shard: Int
  /// Entries that have not been delivered to it; nil if Redis can't tell and there is at least one.
  public let lag: Int?
  /// Entries delivered and not acknowledged, those that wait for another attempt included.
  public let pending: Int
  /// Of the pending ones, those that have failed and wait for another attempt.
  public let retrying: Int
  /// Keys whose first unhandled event is a dead letter.
  public let dead: Int
  /// Events parked behind those dead letters.
  public let parked: Int
  /// Keys whose dead letters are about to be handled again.
  public let redriving: Int
  /// The worker that owns the shard; nil if nobody does.
  public let owner: String?
  /// How long the owner's lease goes on unless it is renewed.
  public let leaseRemaining: Duration?
  /// The last entry that was delivered.
  public let lastDelivered: StreamID

  /// True when the service has nothing left to do here; dead letters wait for an operator, so they don't count.
  public var isQuiet: Bool { lag == 0 && pending == 0 && redriving == 0 }
}
