import EventStreams
import EventStreamsOperations
import HTTPTypes
import HiredisClient
import ServiceLifecycle
import Synchronization

/// The operations of this server: one at a time for each service, in steps that nobody else waits for long behind.
///
/// What one has not done yet is kept by this process alone: when it ends, the rest stays in the dead letters, as if somebody had stopped it.
final class Operations: Service {
  /// Keys or letters that are decided on in one step.
  private static let step = 100
  /// Those that have ended are remembered for a while.
  private static let mostKept = 100

  fileprivate struct State {
    var operations: [Operation] = []
    var stopping: Set<Identifier> = []
    var isEnding = false
  }

  private struct Job: Sendable {
    let id: String
    let letters: [DeadLetter]
  }

  private let deployment: Deployment
  private let state = Mutex(State())
  private let (jobs, job) = AsyncStream<Job>.makeStream()

  init(_ deployment: Deployment) { self.deployment = deployment }

  // MARK: Looking

  /// The last one first.
  var all: [Operation] { state.withLock { $0.operations.reversed() } }

  func operation(_ id: String) -> Operation? {
    state.withLock { $0.operations.first { $0.id.hasSameBytes(as: id) } }
  }

  // MARK: Beginning and stopping

  /// - Throws: a `Problem` while one of the service's runs.
  func check(_ service: String) throws(Problem) {
    guard let running = state.withLock({ $0.running(service) }) else { return }
    throw Self.busy(running)
  }

  /// Begins one.
  ///
  /// - Parameter letters: for a redrive, one of each key.
  /// - Throws: a `Problem` while another of the service's runs.
  func begin(_ decision: LetterDecision, _ letters: [DeadLetter], _ context: APIContext) throws(Problem) -> Operation {
    let operation = Operation(
      id: Array((0..<8).map { _ in UInt8.random(in: 0...255) }).hexadecimal, kind: decision.kind,
      service: decision.service, which: decision.selection.description, who: context.principal?.name ?? "?",
      total: letters.count, maxPerSecond: decision.maxPerSecond, startedAt: .now())
    let running: Operation? = state.withLock { state in
      if let running = state.running(decision.service) { return running }
      state.operations.append(operation)
      if state.operations.count > Self.mostKept,
        let oldest = state.operations.firstIndex(where: { $0.state != .running })
      {
        state.operations.remove(at: oldest)
      }
      return nil
    }
    if let running { throw Self.busy(running) }
    job.yield(Job(id: operation.id, letters: letters))
    return operation
  }

  private static func busy(_ running: Operation) -> Problem {
    Problem(
      .conflict, .conflict,
      "operation \(running.id) is at work on the dead letters of \(running.service): wait for it, or stop it with DELETE \(running.location)"
    )
  }

  /// Stops what is left of one.
  ///
  /// - Returns: how it is; nil if there is none.
  func stop(_ id: String) -> Operation? {
    state.withLock { state in
      state.stopping.insert(Identifier(id))
      return state.operations.first { $0.id.hasSameBytes(as: id) }
    }
  }

  // MARK: Working

  func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for await job in jobs { group.addTask { await self.work(job) } }
      }
    } onCancelOrGracefulShutdown: {
      self.state.withLock { $0.isEnding = true }
      self.job.finish()
    }
  }

  private func work(_ job: Job) async {
    guard let operation = operation(job.id) else { return }
    let clock = ContinuousClock.now
    let size = min(Self.step, max(1, operation.maxPerSecond ?? Self.step))
    var done = 0
    while done < job.letters.count {
      guard !isStopped(job.id) else { return end(job.id, .stopped) }
      let part = Array(job.letters[done..<min(done + size, job.letters.count)])
      do {
        try await Self.apply(operation, part, deployment)
        done += part.count
        change(job.id) {
          $0.done = done; $0.note = nil
        }
        if let rate = operation.maxPerSecond { await pause(until: clock + .seconds(done) / rate, job.id) }
      } catch {
        let problem = Problem(error)
        guard problem.isRetryable else { return end(job.id, .failed, problem.detail) }
        // Repeating a step is harmless.
        change(job.id) { $0.note = problem.detail }
        await pause(until: .now + .seconds(1), job.id)
      }
    }
    end(job.id, .done)
  }

  private static func apply(_ operation: Operation, _ letters: [DeadLetter], _ deployment: Deployment) async throws {
    _ = try await deployment.look { namespace, connection in
      let dead = DeadLetters(namespace: namespace, connection: connection)
      switch operation.kind {
      case .redrive: return try await dead.redrive(letters)
      case .discard: return try await LetterDecision.discard(letters, of: operation.service, dead)
      }
    }
  }

  /// Waits, but not for long after somebody has stopped it.
  private func pause(until time: ContinuousClock.Instant, _ id: String) async {
    while ContinuousClock.now < time, !isStopped(id) {
      try? await Task.sleep(for: min(.milliseconds(100), ContinuousClock.now.duration(to: time)))
    }
  }

  private func isStopped(_ id: String) -> Bool {
    state.withLock { $0.isEnding || $0.stopping.contains(Identifier(id)) } || Task.isCancelled
  }

  private func change(_ id: String, _ change: (inout Operation) -> Void) {
    state.withLock { state in
      guard let place = state.operations.firstIndex(where: { $0.id.hasSameBytes(as: id) }) else { return }
      change(&state.operations[place])
    }
  }

  private func end(_ id: String, _ end: Operation.State, _ note: String? = nil) {
    change(id) { operation in
      operation.state = end
      operation.endedAt = .now()
      operation.note = note
    }
    state.withLock { _ = $0.stopping.remove(Identifier(id)) }
  }
}

extension Operations.State {
  /// The one at work on a service's letters.
  func running(_ service: String) -> Operation? {
    operations.first { $0.state == .running && $0.service.hasSameBytes(as: service) }
  }
}
