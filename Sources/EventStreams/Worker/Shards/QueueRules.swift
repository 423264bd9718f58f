/// What a service and its worker's settings say about how its events are handled.
struct QueueRules: Sendable {
  /// How many events may be handled side by side, of different keys. With 1, all are handled in the order of the log.
  let concurrency: Int
  /// How many entries are read of one topic of a shard at a time.
  let batchSize: Int
  /// How many events may be in flight,
  let window: Int
  /// and how many bytes.
  let windowBytes: Int
  let blockTime: Duration
  let retry: RetryPolicy
  let breaker: CircuitBreakerPolicy
  /// True if handlers say what they are going to read.
  let readsAhead: Bool
  /// True if events are stored and not handled: those of all shards together.
  let storesEvents: Bool
  let worker: String

  init(_ service: EventService, _ settings: WorkerSettings) {
    concurrency = service.concurrency
    batchSize = settings.batchSize
    window = settings.window
    windowBytes = settings.windowBytes
    blockTime = settings.blockTime
    retry = service.retry
    breaker = service.breaker
    readsAhead = service.readsAhead
    storesEvents = service.storesEvents
    worker = settings.name
  }

  var isSerial: Bool { concurrency == 1 }
}
