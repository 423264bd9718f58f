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
    /// An operator has let its dead letter go.
    case discarded
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
  let discarded: Set<StreamID>

  /// The first entry that may still be handled, whatever comes; everything before it is done or discarded.
  public var firstOpen: StreamID {
    ([isStarted ? lastDelivered.next : .zero] + Array(pending) + Array(letters.keys)).min() ?? .zero
  }

  /// The entries that were given to workers and not acknowledged.
  public var open: [StreamID] { pending.sorted() }

  /// The last entry that was given to a worker.
  public var last: StreamID { isStarted ? lastDelivered : .zero }

  /// What had become of an entry when the service was looked at.
  public func state(of id: StreamID) -> State {
    guard isStarted, id <= lastDelivered else { return .undelivered }
    if pending.contains(id) { return .pending }
    if let isParked = letters[id] { return isParked ? .parked : .dead }
    if discarded.contains(id) { return .discarded }
    return .done
  }
}
