import Redis

/// What is handled of shards' histories.
extension Scheduler {
  /// A shard whose history is to be handled before its log; nil if there is none.
  ///
  /// - Parameter last: the shard of the page before: shards take turns.
  func nextToCatchUp(after last: Int?) -> OwnedShard? {
    let waiting = queues.filter { if case .backfilling = $0.phase { true } else { false } }.map(\.shard)
    return waiting.first { $0.number > last ?? -1 } ?? waiting.first
  }

  /// Begins a page of a shard's history.
  ///
  /// - Returns: the number of its commit, what the server refused before, and whether handlers are known to read state; nil if the shard
  ///   is lost, to be given back, or the worker is stopping.
  mutating func beginHistoryPage(_ shard: OwnedShard) -> (number: Int, setbacks: Setbacks, notesWrites: Bool)? {
    guard goesOn(with: shard), let index = index(of: shard) else { return nil }
    queues[index].lent += Load(events: 1)
    return (queues[index].commits.commits + 1, queues[index].known.setbacks, queues[index].known.isRead)
  }

  /// Ends a page.
  ///
  /// - Parameter page: what was committed; nil if nothing was.
  mutating func endHistoryPage(_ shard: OwnedShard, page: HistoryPage?) {
    if let page {
      orders.handled += page.count - page.dead.count - page.dead.parked
      orders.dead += page.dead.count
      orders.parked += page.dead.parked
      orders.committed += page.count
    }
    guard let index = index(of: shard) else { return }
    if let page {
      queues[index].committedHistory(page.count)
      if page.effects.sends { orders.outboxes.insert(shard.number) }
      for letter in page.letters {
        if let need = letter.about.needs, queues[index].known.note(need) { orders.looksAtLeases = true }
      }
    }
    queues[index].lent -= Load(events: 1)
  }

  /// Takes in that the server applied nothing of a page.
  mutating func refused(_ page: HistoryPage, _ refusal: CommitRefusal, _ error: RedisError) {
    let loss: ShardLoss =
      switch refusal {
      case .fenced: .fenced
      case .rewound: .rewound
      case .shifted: .shifted
      case .surprised: .surprised(through: page.position)
      case .refused where page.effects.isEmpty: .stopped(error)
      case .refused(let reason):
        .refused(
          event: page.count == 1 ? page.position.map { .entry($0) } : nil, through: page.position, reason: reason)
      }
    lose(page.shard.number, epoch: page.shard.epoch, because: loss)
  }

  /// False if a shard is lost or to be given back, or the worker is stopping.
  func goesOn(with shard: OwnedShard) -> Bool {
    guard let index = index(of: shard) else { return false }
    return stop == .no && !queues[index].phase.isRetiring
  }

  /// Lets the log of a shard be read.
  ///
  /// - Parameter blocked: keys that have dead letters.
  mutating func caughtUp(_ shard: OwnedShard, blocked: Set<Identifier>) {
    guard let index = index(of: shard) else { return }
    queues[index].blocked.formUnion(blocked)
    queues[index].phase.caughtUp()
  }
}
