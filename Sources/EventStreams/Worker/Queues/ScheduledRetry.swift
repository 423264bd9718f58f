/// A delivery's key that waits for its next attempt.
struct ScheduledRetry: Sendable {
  let shard: OwnedShard
  let key: String
  let due: ContinuousClock.Instant
}
