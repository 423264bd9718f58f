import Synchronization

/// An attempt at an event that is given up when it takes too long, also if the handler takes no notice of that.
///
/// The handler runs in a task of its own. When the time is over that task is cancelled, nobody waits for it any more, and what it comes to
/// is dropped.
final class TimedAttempt: Sendable {
  /// What an attempt that took too long has failed with.
  struct TimedOut: Error, CustomStringConvertible {
    let limit: Duration
    var description: String { "timed out: it took longer than \(limit.wholeMilliseconds) ms" }
  }

  private struct State {
    var result: Result<Effects, any Error>?
    var waiting: CheckedContinuation<Effects, any Error>?
    var tasks: [Task<Void, Never>] = []
  }

  private let state = Mutex(State())

  private init() {}

  static func run(
    within limit: Duration, _ body: @escaping @Sendable () async throws -> Effects
  ) async throws -> Effects {
    let attempt = TimedAttempt()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        attempt.add(
          Task {
            do { attempt.end(.success(try await body())) } catch { attempt.end(.failure(error)) }
          })
        attempt.add(
          Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            attempt.end(.failure(TimedOut(limit: limit)))
          })
        attempt.wait(continuation)
      }
    } onCancel: {
      attempt.end(.failure(CancellationError()))
    }
  }

  /// Takes in a task that ends with the attempt.
  private func add(_ task: Task<Void, Never>) {
    let isOver = state.withLock { state in
      state.tasks.append(task)
      return state.result != nil
    }
    if isOver { task.cancel() }
  }

  private func wait(_ continuation: CheckedContinuation<Effects, any Error>) {
    let result = state.withLock { state in
      if state.result == nil { state.waiting = continuation }
      return state.result
    }
    if let result { continuation.resume(with: result) }
  }

  /// Takes in what the attempt comes to first; what comes later is dropped.
  private func end(_ result: Result<Effects, any Error>) {
    let (waiting, tasks) = state.withLock { state in
      guard state.result == nil else {
        return (nil as CheckedContinuation<Effects, any Error>?, [] as [Task<Void, Never>])
      }
      state.result = result
      defer { state.waiting = nil }
      return (state.waiting, state.tasks)
    }
    waiting?.resume(with: result)
    for task in tasks { task.cancel() }
  }
}
