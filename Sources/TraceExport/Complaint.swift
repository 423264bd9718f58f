import Logging
import Synchronization

/// What is said of a collector that takes no spans: at once, then once a minute with how many were lost.
final class Complaint: Sendable {
  private struct State {
    var dropped = 0
    var last: ContinuousClock.Instant?
  }

  private let log: Logger
  private let state = Mutex(State())

  init(log: Logger) { self.log = log }

  func report(dropped count: Int, because problem: String) {
    let dropped: Int? = state.withLock { state in
      state.dropped += count
      guard state.dropped > 0, state.last.map({ .now - $0 >= .seconds(60) }) ?? true else { return nil }
      defer { state.dropped = 0 }
      state.last = .now
      return state.dropped
    }
    guard let dropped else { return }
    log.warning(
      "spans did not reach the collector; what they tell is lost, and nothing else",
      metadata: ["dropped": "\(dropped)", "reason": "\(problem)"])
  }
}
