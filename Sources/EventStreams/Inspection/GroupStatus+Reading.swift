import Redis

extension GroupStatus {
  /// How many commands `ask` adds.
  static let asked = 7

  /// The commands that tell what is kept beside a group.
  static func ask(_ namespace: Namespace, _ shard: Int, _ group: String, in commands: inout Commands) {
    commands.append("HLEN", namespace.retry(shard, group))
    commands.append("XLEN", namespace.dead(shard, group))
    commands.append("HLEN", namespace.blocked(shard, group))
    commands.append("SCARD", namespace.redrive(shard, group))
    commands.append("HMGET", namespace.lease(shard, group), "owner", "until", "paused", "seen", "history", "position")
    commands.append("HGET", namespace.stored(shard, group), "problem")
    commands.append("XLEN", namespace.outbox(shard, group))
  }

  /// Reads the answers. A key that holds something else is a problem of this group in this shard, and of nothing else.
  init(_ group: ShardLog.Group, _ shard: Int, _ replies: borrowing Replies, from index: Int, now: Int) {
    var problem: String?
    func count(_ offset: Int) -> Int {
      if let error = replies[index + offset].error { problem = problem ?? error.message }
      return replies[index + offset].lenientInteger ?? 0
    }
    let letters = count(1)
    _ = count(4)
    let lease = replies[index + 4]
    let owner = lease[0].lossyText
    let remaining = Self.milliseconds(from: now, to: lease[1].lenientInteger ?? 0)
    let seen = lease[3].lenientInteger
    // Renewed in the future: the clock was set back, and whoever is alive renews it soon.
    let isHeld = !owner.isEmpty && remaining > .zero && seen ?? 0 <= now
    let paused = lease[2].lossyText
    service = group.name
    self.shard = shard
    lost = group.lost
    pending = group.pending
    retrying = min(group.pending, count(0))
    dead = letters
    // Of each key that has letters the first is dead; the others are parked behind it.
    parked = max(0, letters - count(2))
    redriving = count(3)
    unsent = count(6)
    self.owner = isHeld ? owner : nil
    leaseRemaining = isHeld ? remaining : nil
    pausedBecause = isHeld && !paused.isEmpty ? paused : nil
    idle = seen.map { max(.zero, Self.milliseconds(from: $0, to: now)) }
    delivered = group.delivered
    let place = EntryID(utf8: lease[5].bytes)
    position = lease[4].isNil ? place : nil
    historyPosition = lease[4].isNil ? nil : place ?? .zero
    // What is neither pending nor up to the position was not handled, wherever somebody has moved the group.
    let isMovedPast = group.pending == 0 && position.map { group.last > $0 } ?? false
    lag = max(group.lag, isMovedPast ? 1 : 0)
    let stored = replies[index + 5].lossyText
    self.problem = problem ?? (stored.isEmpty ? nil : stored)
  }

  /// From one time in milliseconds to another; neither need make sense.
  private static func milliseconds(from start: Int, to end: Int) -> Duration {
    .milliseconds(end) - .milliseconds(start)
  }
}
