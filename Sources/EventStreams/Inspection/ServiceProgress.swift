/// How far a service has come in one shard, entry by entry.
public struct ServiceProgress: Sendable {
  /// What became of an entry.
  public enum State: String, Sendable, CaseIterable, JSONWritable {
    /// Handled, and its effects are in the state.
    case done
    /// Not given to the service yet.
    case undelivered
    /// Given to a worker and not acknowledged; it may wait for another attempt.
    case pending
    /// In the dead letters.
    case dead
    /// Behind a dead letter of its key.
    case parked
  }

  /// The service.
  public let service: String
  /// The shard.
  public let shard: Int
  /// False if the service never began in this shard.
  public let isStarted: Bool
  let lastDelivered: StreamID
  let pending: Set<StreamID>
  /// Entry -> whether it is parked.
  let letters: [StreamID: Bool]

  /// What had become of an entry when the service was looked at.
  public func state(of id: StreamID) -> State {
    guard isStarted, id <= lastDelivered else { return .undelivered }
    if pending.contains(id) { return .pending }
    if let isParked = letters[id] { return isParked ? .parked : .dead }
    return .done
  }
}
