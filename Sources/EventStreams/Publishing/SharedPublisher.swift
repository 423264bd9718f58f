import DequeModule
public import HiredisClient
public import ServiceLifecycle
import Synchronization

/// A publisher that any number of callers use at once: what they publish meanwhile goes out together, in one call of the server.
///
/// Nobody waits for a batch to fill: while a call is on its way, others gather behind it, so batches are as large as they have to be. One
/// caller's events stay in their order, as each call waits for its answer. Publishing is idempotent, so what a connection lost is sent once more.
public final class SharedPublisher: Service {
  /// What one call of the server holds at the most, unless one caller has more at once.
  private static let largestBatch = 256

  private struct Request {
    let events: [EncodedEvent]
    let due: Timestamp?
    let answer: CheckedContinuation<[PublishedEvent], any Error>
  }

  private struct State {
    var waiting: Deque<Request> = []
    /// Workers that have nothing to do.
    var idle: [CheckedContinuation<Void, Never>] = []
    var isClosed = false
  }

  private let redis: RedisURL
  private let options: ConnectionOptions
  private let open: @Sendable (Connection) async throws -> Namespace
  private let mostWaiting: Int
  private let connections: Int
  private let acks: Acknowledgement?
  private let middleware: [any PublishingMiddleware]
  private let state = Mutex(State())

  /// A publisher, which publishes while it runs.
  ///
  /// - Parameters:
  ///   - redis: the server.
  ///   - options: of its connections.
  ///   - connections: how many calls are on their way at once.
  ///   - mostWaiting: how many callers may wait; more are refused at once.
  ///   - acks: who else must have what is published; nil if the server's word is enough.
  ///   - middleware: what stands around each call of `publish`, the first outermost.
  ///   - open: opens the namespace, when the first event is published and after the server has lost it.
  public init(
    redis: RedisURL, options: ConnectionOptions = ConnectionOptions(), connections: Int = 2, mostWaiting: Int = 512,
    acks: Acknowledgement? = nil, middleware: [any PublishingMiddleware] = [],
    opening open: @escaping @Sendable (Connection) async throws -> Namespace
  ) {
    self.redis = redis
    self.options = options
    self.connections = connections
    self.mostWaiting = mostWaiting
    self.acks = acks
    self.middleware = middleware
    self.open = open
  }

  /// Publishes events, those of one shard in their order.
  ///
  /// - Parameters:
  ///   - events: at least one.
  ///   - due: when to publish them; nil for now.
  /// - Returns: for each event its place in the log, in the order given.
  /// - Throws: `PublisherBusy` if too many wait or it is shutting down; `EventTooLong`; what the server answered. Publishing the same again is
  ///   harmless after each of these.
  public func publish(_ events: [EncodedEvent], due: Timestamp? = nil) async throws -> [PublishedEvent] {
    guard !events.isEmpty else { return [] }
    return try await middleware.publish(events, due: due) { try await self.send(events, due: due) }
  }

  private func send(_ events: [EncodedEvent], due: Timestamp?) async throws -> [PublishedEvent] {
    // Here, so that nobody else's batch fails by it.
    if let event = events.first(where: { $0.json.count > EncodedEvent.longest }) { throw EventTooLong(event) }
    return try await withCheckedThrowingContinuation { answer in
      let refusal: PublisherBusy? = state.withLock { state in
        guard !state.isClosed, state.waiting.count < mostWaiting else { return PublisherBusy(isEnding: state.isClosed) }
        state.waiting.append(Request(events: events, due: due, answer: answer))
        if !state.idle.isEmpty { state.idle.removeFirst().resume() }
        return nil
      }
      if let refusal { answer.resume(throwing: refusal) }
    }
  }

  /// Publishes what callers give it until it is to stop; what is waiting then is published first.
  public func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      await withTaskGroup { group in
        for _ in 0..<connections { group.addTask { await self.work() } }
      }
    } onCancelOrGracefulShutdown: {
      self.close()
    }
    // Where it was cancelled, something may be left that nobody publishes any more.
    let left = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for request in left { request.answer.resume(throwing: PublisherBusy(isEnding: true)) }
  }

  private func close() {
    state.withLock { state in
      state.isClosed = true
      for worker in state.idle { worker.resume() }
      state.idle = []
    }
  }

  private func work() async {
    let connection = Connection(redis, options: options)
    var publisher: Publisher?
    while !Task.isCancelled, let batch = await next() {
      do {
        var results = try await publish(batch, on: connection, &publisher)[...]
        for request in batch {
          request.answer.resume(returning: Array(results.prefix(request.events.count)))
          results = results.dropFirst(request.events.count)
        }
      } catch {
        for request in batch { request.answer.resume(throwing: error) }
      }
    }
    await connection.close()
  }

  /// What goes out next: callers that want it published at the same time. Nil at the end.
  private func next() async -> [Request]? {
    while true {
      let (batch, isEnd) = state.withLock { state in (Self.takeBatch(&state.waiting), state.isClosed) }
      if !batch.isEmpty { return batch }
      if isEnd { return nil }
      await withCheckedContinuation { worker in
        let isWanted = state.withLock { state in
          guard state.waiting.isEmpty, !state.isClosed else { return true }
          state.idle.append(worker)
          return false
        }
        if isWanted { worker.resume() }
      }
    }
  }

  private static func takeBatch(_ waiting: inout Deque<Request>) -> [Request] {
    var batch: [Request] = []
    var count = 0
    while let request = waiting.first {
      if let first = batch.first, request.due != first.due || count + request.events.count > largestBatch { break }
      batch.append(waiting.removeFirst())
      count += request.events.count
    }
    return batch
  }

  private func publish(
    _ batch: [Request], on connection: Connection, _ publisher: inout Publisher?
  ) async throws -> [PublishedEvent] {
    let events = batch.flatMap(\.events)
    do {
      return try await opened(&publisher, on: connection).publish(events, due: batch[0].due)
    } catch let error as RedisError where error.code == .connectionClosed || error.code == .functionMissing {
      // A server that was started anew may have lost everything: the namespace is looked for again.
      publisher = nil
      return try await opened(&publisher, on: connection).publish(events, due: batch[0].due)
    } catch {
      publisher = nil
      throw error
    }
  }

  private func opened(_ publisher: inout Publisher?, on connection: Connection) async throws -> Publisher {
    if let publisher { return publisher }
    let opened = Publisher(namespace: try await open(connection), connection: connection, acks: acks)
    publisher = opened
    return opened
  }
}
