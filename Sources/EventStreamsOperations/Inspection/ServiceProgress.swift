public import EventStreams

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
  /// Topic -> the last entry that was given to a worker.
  let delivered: [Identifier: EntryID]
  /// Up to here everything is settled, but for what is pending.
  let position: EntryID?
  /// Entry -> its topic.
  let pending: [EntryID: String]
  /// Entry -> whether it is parked.
  let letters: [EntryID: Bool]
  package let discarded: Set<EntryID>

  /// The topics that it is delivered.
  public var topics: [String] { delivered.keys.sorted().map(\.text) }

  /// The first entry that may still be handled, whatever comes; everything before it is done or discarded.
  public var firstOpen: EntryID {
    ([isStarted ? position?.next ?? .zero : .zero] + Array(pending.keys) + Array(letters.keys)).min() ?? .zero
  }

  /// The entries that were given to workers and not acknowledged, in the order of the log.
  public var open: [TopicPlace] {
    pending.map { TopicPlace(topic: $0.value, id: $0.key) }.sorted { $0.id < $1.id }
  }

  /// The last entry that was given to a worker, of all topics up to there.
  public var last: EntryID { max(position ?? .zero, pending.keys.max() ?? .zero) }

  /// What had become of an entry when the service was looked at. Of a topic that it has no group for, because it does not want it or has not
  /// heard of it yet, it is done with what comes before the place that it has come to in all others.
  ///
  /// - Parameters:
  ///   - id: the event's place in the log.
  ///   - topic: where it stands, or would.
  public func state(of id: EntryID, in topic: String) -> State {
    guard isStarted else { return .undelivered }
    if pending[id] != nil { return .pending }
    if let isParked = letters[id] { return isParked ? .parked : .dead }
    if discarded.contains(id) { return .discarded }
    // Where a group stands tells what a service has come to only as long as nobody has moved it.
    return id <= position ?? delivered[topic] ?? .zero ? .done : .undelivered
  }
}
