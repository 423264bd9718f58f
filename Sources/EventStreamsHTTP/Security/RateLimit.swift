import EventStreams
import Synchronization

/// How often somebody may do something: so many a second on average, and so many at once.
final class RateLimit: Sendable {
  private struct Bucket {
    var tokens: Double
    var filled: ContinuousClock.Instant
  }

  private let perSecond: Double
  private let burst: Double
  private let buckets = Mutex<[Identifier: Bucket]>([:])

  init(perSecond: Double, burst: Double) {
    self.perSecond = perSecond
    self.burst = burst
  }

  /// Takes one; nil if it was there, else after how many seconds it will be.
  func take(_ who: String, at now: ContinuousClock.Instant = .now) -> Int? {
    buckets.withLock { buckets in
      // Those that are full again say nothing.
      if buckets.count > 10_000 {
        buckets = buckets.filter { level($0.value, now) < burst }
      }
      let tokens = buckets[Identifier(who)].map { level($0, now) } ?? burst
      guard tokens >= 1 else { return max(1, Int(((1 - tokens) / perSecond).rounded(.up))) }
      buckets[Identifier(who)] = Bucket(tokens: tokens - 1, filled: now)
      return nil
    }
  }

  private func level(_ bucket: Bucket, _ now: ContinuousClock.Instant) -> Double {
    let (seconds, attoseconds) = bucket.filled.duration(to: now).components
    return min(burst, bucket.tokens + (Double(seconds) + Double(attoseconds) / 1e18) * perSecond)
  }
}
