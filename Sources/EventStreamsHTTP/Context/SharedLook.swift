import Synchronization

/// A look at something that many ask for at once: they share one, as long as it is young.
final class SharedLook<Value: Sendable>: Sendable {
  private struct Look {
    let begun: ContinuousClock.Instant
    let task: Task<Value, any Error>
  }

  private let age: Duration
  private let look: @Sendable () async throws -> Value
  private let last = Mutex<Look?>(nil)

  /// - Parameters:
  ///   - age: for how long what was seen is shown to others.
  ///   - look: looks.
  init(for age: Duration, _ look: @escaping @Sendable () async throws -> Value) {
    self.age = age
    self.look = look
  }

  /// What there is to see, as it was a moment ago at the most.
  func value() async throws -> Value {
    let now = ContinuousClock.now
    return try await last.withLock { last in
      if let last, last.begun.duration(to: now) < age { return last.task }
      let task = Task { [look] in try await look() }
      last = Look(begun: now, task: task)
      return task
    }.value
  }
}
