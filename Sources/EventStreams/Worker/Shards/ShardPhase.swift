/// What is read of an owned shard, and whether it is to be given back.
indirect enum ShardPhase: Sendable {
  /// The shard's history is read; nothing of its log is.
  case backfilling(Backfill)
  /// What earlier owners left pending is dealt with; nothing new is read.
  case recovering(Recovery)
  /// New entries are read.
  case live
  /// The shard is to be given back: nothing more of it is read or tried again. If whoever was to have it is gone, it goes on with another
  /// phase, and with these keys, of which something could have gone on since then.
  case retiring(from: ShardPhase, postponed: Set<Identifier>)

  /// How far a recovery has come.
  struct Recovery: Sendable {
    /// True when only other consumers' entries are to be recovered: this worker's own are on their way.
    var onlyOthers = false
    var after = EntryID.zero
    var found = 0
    /// Entries that waited for another attempt when it began: pending, and known. Nil if it has not begun.
    var known: Set<EntryID>?
  }

  var isRetiring: Bool { if case .retiring = self { true } else { false } }
  var isLive: Bool { if case .live = self { true } else { false } }

  /// The recovery that is to go on, if one is.
  var recovery: Recovery? { if case .recovering(let recovery) = self { recovery } else { nil } }

  /// How far the history has been given out, if it is to go on.
  var backfill: Backfill? { if case .backfilling(let backfill) = self { backfill } else { nil } }

  /// True if everything that was pending is known: nothing may have been given out of which this worker does not know.
  var isRecovered: Bool {
    switch self {
    case .live: true
    case .backfilling(let backfill): backfill.after != nil
    case .recovering: false
    case .retiring(let phase, _): phase.isRecovered
    }
  }

  /// Lets the log be read, first of all what is pending.
  ///
  /// - Returns: its first place; nil if it is read already.
  mutating func caughtUp() -> EntryID? {
    switch self {
    case .backfilling(let backfill):
      self = .recovering(Recovery())
      return backfill.end
    case .recovering, .live: return nil
    case .retiring(var phase, let postponed):
      let start = phase.caughtUp()
      self = .retiring(from: phase, postponed: postponed)
      return start
    }
  }

  /// Has what is pending, or not settled of the history, looked for before anything new is read.
  mutating func forgetPending() {
    switch self {
    case .backfilling(var backfill):
      backfill.restart()
      self = .backfilling(backfill)
    case .recovering, .live: self = .recovering(Recovery())
    case .retiring(var phase, let postponed):
      phase.forgetPending()
      self = .retiring(from: phase, postponed: postponed)
    }
  }
}
