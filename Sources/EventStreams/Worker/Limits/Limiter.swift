import HiredisClient
import Logging
import ServiceLifecycle
import Synchronization

/// Has a worker's attempts wait until the limits of its service allow them.
///
/// An attempt that finds a permit takes it without a call; the others wait for a loop that asks the server for all of them.
final class Limiter: Sendable {
  private struct State {
    var permits: Permits?
    var slots: Slots?
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isStopped = false

    /// How many attempts could begin now.
    var free: Int { min(permits.map(\.left) ?? .max, slots.map(\.free) ?? .max) }

    /// The attempts that have waited longest.
    mutating func takeWaiting(_ count: Int) -> [CheckedContinuation<Void, Never>] {
      let first = Array(waiting.prefix(count))
      waiting.removeFirst(first.count)
      return first
    }
  }

  private let limits: ServiceLimits
  private let namespace: Namespace
  private let service: String
  private let settings: WorkerSettings
  private let connection: Connection
  private let log: Logger
  private let state: Mutex<State>
  /// Tells the loop that somebody waits, or that a slot is free again.
  private let news = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  init(
    _ limits: ServiceLimits, namespace: Namespace, service: String, settings: WorkerSettings, connection: Connection,
    log: Logger
  ) {
    self.limits = limits
    self.namespace = namespace
    self.service = service
    self.settings = settings
    self.connection = connection
    self.log = log
    state = Mutex(
      State(permits: limits.rate.map(Permits.init), slots: limits.concurrency.map { Slots(limit: $0) }))
  }

  // MARK: Attempts

  /// Runs an attempt when the limits allow it.
  ///
  /// - Throws: `RetryLater` if the key must wait and others need not; `CancellationError` if the worker is to stop.
  func run(
    shard: Int, key: String, _ body: () async throws -> Effects
  ) async throws -> Effects {
    if let rate = limits.ratePerKey { try await take(rate, shard, key) }
    while !begin() {
      try checkStopped()
      await wait()
    }
    defer { end() }
    return try await body()
  }

  /// A permit of the key's own, or the key waits.
  private func take(_ rate: ServiceLimits.Rate, _ shard: Int, _ key: String) async throws {
    let answer: GrantCall.Answer
    do {
      answer = try await connection.call(
        GrantCall(key: namespace.rate(shard, service, key), rate: rate, wanted: 1))
    } catch let error as RedisError {
      // It says nothing about the event.
      throw RetryLater(after: .seconds(1), "cannot ask for a permit: \(error)", countsAsAttempt: false)
    }
    guard answer.granted == 0 else { return }
    throw RetryLater(after: answer.next, "the limit of this key's rate", countsAsAttempt: false)
  }

  /// Takes a slot and a permit, or neither.
  private func begin() -> Bool {
    state.withLock { state in
      guard state.slots?.take() ?? true else { return false }
      if state.permits?.take(at: .now) ?? true { return true }
      state.slots?.giveBack()
      return false
    }
  }

  private func end() {
    guard limits.concurrency != nil else { return }
    let next = state.withLock { state in
      state.slots?.giveBack()
      return state.takeWaiting(min(1, state.free))
    }
    for attempt in next { attempt.resume() }
  }

  private func checkStopped() throws {
    if state.withLock({ $0.isStopped }) { throw CancellationError() }
  }

  private func wait() async {
    await withCheckedContinuation { continuation in
      let isStopped = state.withLock { state in
        if !state.isStopped { state.waiting.append(continuation) }
        return state.isStopped
      }
      if isStopped { continuation.resume() } else { news.continuation.yield() }
    }
  }

  // MARK: The loop

  /// Asks the server for what attempts wait for, and keeps the slots, until the task is cancelled; then gives them back. From a graceful
  /// shutdown on no attempt begins any more.
  func run() async {
    await withTaskGroup { group in
      group.addTask {
        try? await gracefulShutdown()
        self.stop()
      }
      group.addTask {
        // The slots are kept though nobody waits.
        while self.limits.concurrency != nil, (try? await Task.sleep(for: self.renewal)) != nil {
          self.news.continuation.yield()
        }
      }
      await ask()
      group.cancelAll()
    }
    stop()
    _ = try? await connection.call(slotsCall(timeToLive: .zero))
    await connection.close()
  }

  private var renewal: Duration { settings.leaseTime / 3 }

  private func stop() {
    let waiting = state.withLock { state in
      state.isStopped = true
      return state.takeWaiting(.max)
    }
    for attempt in waiting { attempt.resume() }
  }

  private func ask() async {
    var perseverance = Perseverance("ask for permits", on: connection, log: log)
    var lastShared = ContinuousClock.now
    for await _ in news.stream {
      var pause: Duration? = .zero
      while let time = pause, (try? await Task.sleep(for: time)) != nil {
        do {
          let began = ContinuousClock.now
          let next = try await share()
          lastShared = began
          pause = try await max(next, grant())
          perseverance.succeeded()
        } catch {
          if ContinuousClock.now - lastShared > settings.leaseTime { state.withLock { $0.slots?.lost() } }
          await perseverance.failed(error)
        }
        letGo()
        if state.withLock({ $0.waiting.isEmpty }) { pause = nil }
      }
    }
  }

  /// Tells the server how many attempts run and wait, and takes in the share. Returns when to ask again if that is too little.
  private func share() async throws -> Duration {
    guard limits.concurrency != nil else { return .zero }
    let share = try await connection.call(slotsCall(timeToLive: settings.leaseTime))
    return state.withLock { state in
      state.slots?.shared(share)
      return state.slots?.free == 0 ? Self.slotsInterval : .zero
    }
  }

  /// How often is looked whether another worker has freed a slot.
  private static let slotsInterval = Duration.milliseconds(25)

  private func slotsCall(timeToLive: Duration) -> SlotsCall {
    let (running, waiting) = state.withLock { ($0.slots?.running ?? 0, $0.waiting.count) }
    return SlotsCall(
      namespace: namespace, service: service, worker: settings.name, timeToLive: timeToLive,
      limit: limits.concurrency ?? 0, running: running, wanted: running + waiting)
  }

  /// Asks for the permits that are waited for. Returns when to ask again for more.
  private func grant() async throws -> Duration {
    guard let rate = limits.rate else { return .zero }
    let wanted = state.withLock { state in
      let waiting = min(state.waiting.count, state.slots?.free ?? .max)
      return waiting == 0 ? nil : state.permits?.wanted(by: waiting)
    }
    guard let wanted else { return .zero }
    let asked = ContinuousClock.now
    let answer = try await connection.call(
      GrantCall(key: namespace.rate(service), rate: rate, wanted: wanted))
    state.withLock { $0.permits?.granted(answer.granted, asked: asked) }
    return min(answer.next, renewal)
  }

  /// Lets as many attempts go on as can.
  private func letGo() {
    for attempt in state.withLock({ $0.takeWaiting($0.free) }) { attempt.resume() }
  }
}
