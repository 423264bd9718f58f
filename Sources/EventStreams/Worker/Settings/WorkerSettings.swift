/// How a worker runs; every value has a default that fits most services.
public struct WorkerSettings: Sendable {
  /// The worker's name, unique among all that ever run the service: consumer in Redis, owner of leases, name in logs.
  public var name: String
  /// How many events one worker has in flight at the most: read and not yet committed. Twice as many where shards that had nothing
  /// have much all at once.
  public var window: Int = 4000
  /// How many bytes of events one worker has in flight at the most, as far as the size of events can be told from those read before;
  /// one event in any case, however large.
  public var windowBytes: Int = 64 * 1024 * 1024
  /// How many entries are read of one shard at a time.
  public var batchSize: Int = 500
  /// How long a worker that has stopped answering keeps its shards from the others.
  public var leaseTime: Duration = .seconds(10)
  /// How long one blocking read lasts at the most.
  public var blockTime: Duration = .seconds(1)
  /// How long the server may say nothing while an answer is due, before the connection is given up; at least three times
  /// `blockTime`.
  public var responseTimeout: Duration = .seconds(10)
  /// How long a worker that is to stop may go on with what it has in flight.
  public var drainTime: Duration = .seconds(10)
  /// What the worker removes from the logs of its shards once no service needs it any more; nil to remove nothing.
  public var retention: Retention?
  /// Where a service that never ran before begins.
  public var start: StartPosition = .beginning
  /// What a service that never ran before, and begins at the beginning, handles before the log; nil for nothing.
  public var history: (any EventHistory)?
  /// Is told when the worker has its first shards: from then on it handles events.
  public var whenReady: (@Sendable () async -> Void)?
  /// Is told at the end of a worker that was asked to stop, when its shards are given back.
  public var whenStopped: (@Sendable (Drained) async -> Void)?

  /// Settings with the given name, by default host, process id and a random part.
  public init(name: String = WorkerSettings.uniqueName()) {
    self.name = name
  }

  /// What connections are given.
  var effectiveResponseTimeout: Duration { max(responseTimeout, blockTime * 3) }
}
