/// Tasks that wait for an actor's state to change. Confined to that actor: a task looks at the state and waits in one step.
final class Waiters {
  private var continuations: [CheckedContinuation<Void, Never>] = []

  /// True if somebody waits.
  var areThere: Bool { !continuations.isEmpty }

  /// Waits for the next wake-up. Runs, and resumes, on the caller's actor.
  func wait() async {
    await withCheckedContinuation { continuations.append($0) }
  }

  /// Lets at most this many go on, the last to wait first.
  func wake(_ count: Int = .max) {
    for _ in 0..<min(count, continuations.count) { continuations.removeLast().resume() }
  }
}
