import Logging
import Synchronization

/// What is said of a collector that takes no spans: at once, then once a minute with how many were lost, and the rest at the end.
final class Complaint: Sendable {
  private struct State {
    var dropped = 0
    var reason = ""
    var last: ContinuousClock.Instant?
  }

  private let log: Logger
  private let state = Mutex(State())

  init(log: Logger) { self.log = log }

  func report(dropped count: Int, because problem: String) {
    let isDue = state.withLock { state in
      state.dropped += count
      if count > 0 { state.reason = problem }
      return state.last.map { .now - $0 >= .seconds(60) } ?? true
    }
    if isDue { say() }
  }

  /// Says what was not said yet.
  func say() {
    let (dropped, reason) = state.withLock { state in
      defer {
        if state.dropped > 0 { state.last = .now }
        state.dropped = 0
      }
      return (state.dropped, state.reason)
    }
    guard dropped > 0 else { return }
    log.warning(
      "spans did not reach the collector; what they tell is lost, and nothing else",
      metadata: ["dropped": "\(dropped)", "reason": "\(reason)"])
  }
}
