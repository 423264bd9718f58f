import EventStreams
import HiredisClient

extension GroupStatus {
  /// How many commands `ask` adds for what a group has in every shard.
  private static let askedAlways = 7

  /// How many commands `ask` adds.
  static func asked(_ group: ShardLog.Group) -> Int {
    group.open.reduce(askedAlways) { $0 + ($1.hasPending ? 1 : 0) + ($1.waitingAfter == nil ? 0 : 1) }
  }

  /// The commands that tell what is kept beside a group, and what it has not settled for longest.
  static func ask(_ namespace: Namespace, _ shard: Int, _ found: ShardLog.Group, in commands: inout Commands) {
    let group = found.name
    commands.append("HLEN", namespace.retry(shard, group))
    commands.append("XLEN", namespace.dead(shard, group))
    commands.append("HLEN", namespace.blocked(shard, group))
    commands.append("SCARD", namespace.redrive(shard, group))
    commands.append(
      "HMGET", namespace.lease(shard, group), "owner", "until", "paused", "seen", "history", "position",
      "epoch")
    commands.append("HGET", namespace.stored(shard, group), "problem")
    commands.append("XLEN", namespace.outbox(shard, group))
    for open in found.open {
      let log = namespace.log(shard, open.topic)
      if open.hasPending { commands.append("XPENDING", log, group, "-", "+", "1") }
      if let after = open.waitingAfter {
        commands.append("XRANGE", log, after == .zero ? "-" : "(\(after)", "+", "COUNT", "1")
      }
    }
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
    epoch = lease[6].lenientInteger
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
    oldest = Self.oldest(of: group, replies, from: index + Self.askedAlways)
    lagTime =
      oldest.map { max(.zero, Self.milliseconds(from: Int(clamping: $0.entryID.milliseconds), to: now)) } ?? .zero
  }

  /// What a group has not settled for longest: the first of what is pending and of what was not delivered. What was settled since it was
  /// counted is in neither answer.
  private static func oldest(
    of group: ShardLog.Group, _ replies: borrowing Replies, from index: Int
  ) -> OldestEntry? {
    var oldest: OldestEntry?
    func consider(_ id: EntryID?, _ topic: String, _ handling: Duration?) {
      guard let id, id < oldest?.entryID ?? EntryID(milliseconds: .max, sequence: .max) else { return }
      oldest = OldestEntry(topic: topic, entryID: id, handling: handling)
    }
    var index = index
    for open in group.open {
      if open.hasPending {
        let row = replies[index][0]
        consider(EntryID(utf8: row[0].bytes), open.topic, .milliseconds(row[2].lenientInteger ?? 0))
        index += 1
      }
      if open.waitingAfter != nil {
        consider(EntryID(utf8: replies[index][0][0].bytes), open.topic, nil)
        index += 1
      }
    }
    return oldest
  }

  /// From one time in milliseconds to another; neither need make sense.
  private static func milliseconds(from start: Int, to end: Int) -> Duration {
    .milliseconds(end) - .milliseconds(start)
  }
}
