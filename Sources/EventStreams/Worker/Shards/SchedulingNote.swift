import Logging

/// What people are told of what becomes of events and shards.
enum SchedulingNote: Sendable {
  case willRetry(Delivery, Failures, in: Duration)
  case buried(Delivery, reason: String)
  case outage(error: String)
  case outageIsOver
  case pauses(reason: String?)
  case foreignEntries(shard: Int)
  case takesOver(shard: Int, from: EntryID)
  case hasTakenOver(shard: Int, entries: Int)
  case readsHistory(shard: Int, after: EntryID, until: EntryID)
  case caughtUp(shard: Int)
  case lost(shard: Int, ShardLoss, dropped: Int, aside: Duration?)

  func log(to log: Logger) {
    switch self {
    case .willRetry(let delivery, let failures, let wait):
      log.info(
        "will retry an event",
        metadata: [
          "event": "\(delivery.header.id)", "shard": "\(delivery.shard.number)", "attempt": "\(failures.attempts)",
          "error": "\(failures.lastError)", "in": "\(wait.short)",
        ])
    case .buried(let delivery, let reason):
      log.error(
        "moved an event to the dead letters",
        metadata: ["event": "\(delivery.header.id)", "shard": "\(delivery.shard.number)", "reason": "\(reason)"])
    case .outage(let error):
      log.error(
        "most attempts fail: not reading until one succeeds, and not counting attempts", metadata: ["error": "\(error)"]
      )
    case .outageIsOver: log.notice("what the service depends on works again: reading on")
    case .pauses(nil): log.notice("goes on with everything")
    case .pauses(let reason?):
      log.notice("leaves events alone, as an operator wants it", metadata: ["reason": "\(reason)"])
    case .foreignEntries(let shard):
      log.notice("another consumer has pending entries in an owned shard", metadata: ["shard": "\(shard)"])
    case .takesOver(let shard, let first):
      log.notice("taking over pending entries", metadata: ["shard": "\(shard)", "from": "\(first)"])
    case .hasTakenOver(let shard, let count):
      log.notice("finished what was left pending", metadata: ["shard": "\(shard)", "entries": "\(count)"])
    case .readsHistory(let shard, let place, let end):
      log.notice("reading history", metadata: ["shard": "\(shard)", "after": "\(place)", "until": "\(end)"])
    case .caughtUp(let shard): log.notice("caught up with the log", metadata: ["shard": "\(shard)"])
    case .lost(let shard, let loss, let dropped, let aside):
      var metadata = loss.metadata
      metadata["shard"] = "\(shard)"
      metadata["dropped"] = "\(dropped)"
      if let aside { metadata["in"] = "\(aside.short)" }
      log.log(level: loss.level, loss.message, metadata: metadata)
    }
  }
}
