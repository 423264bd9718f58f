import Foundation
import Synchronization

/// Beats at intended times, which nothing that is measured can put off.
final class Metronome: Sendable {
  private let start: ContinuousClock.Instant
  private let interval: Duration
  private let isOver = Atomic(false)

  /// - Parameter perSecond: beats a second.
  init(perSecond: Double, start: ContinuousClock.Instant) {
    self.start = start
    interval = .nanoseconds(Int64(1e9 / perSecond))
  }

  /// When a beat is due, the first being 0.
  func time(of beat: Int) -> ContinuousClock.Instant { start + interval * beat }

  /// How many beats have been due by now.
  func due() -> Int {
    let now = ContinuousClock.now
    return now < start ? 0 : Int((now - start) / interval) + 1
  }

  /// Wakes the reader at each beat; beats that it misses while it is busy come as one.
  func beats(_ count: Int) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      continuation.onTermination = { _ in self.isOver.store(true, ordering: .relaxed) }
      // A thread of its own: its waiting must not hold up the tasks that are measured.
      Thread {
        for beat in 0..<count where !self.isOver.load(ordering: .relaxed) {
          self.wait(until: self.time(of: beat))
          continuation.yield()
        }
        continuation.finish()
      }
      .start()
    }
  }

  /// Sleeps until just before, for sleeping is inexact, and looks at the clock from there on.
  private func wait(until time: ContinuousClock.Instant) {
    let rest = (time - .now - .microseconds(80)).inSeconds
    if rest > 0 { Thread.sleep(forTimeInterval: rest) }
    while ContinuousClock.now < time {}
  }
}
