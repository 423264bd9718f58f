import CoreMetrics
import Redis

extension Pipeline {
  /// Waits for a shard whose history is to be handled before its log; nil when the worker is stopping.
  ///
  /// - Parameter last: the shard of the page before: shards take turns.
  func nextToCatchUp(after last: Int?) async -> OwnedShard? {
    while !isDraining {
      let waiting = shards.values.filter { $0.isCatchingUp && !$0.isRetiring }.map(\.shard).sorted {
        $0.number < $1.number
      }
      if let next = waiting.first(where: { $0.number > last ?? -1 }) ?? waiting.first { return next }
      await catchUp.wait()
    }
    return nil
  }

  /// Begins a page of a shard's history.
  ///
  /// - Returns: the number of its commit, what the server refused before, and what is to know what its events write; nil if the shard
  ///   is lost, to be given back, or the worker is stopping.
  func beginHistoryPage(_ shard: OwnedShard) -> (number: Int, setbacks: Setbacks, run: HistoryRun)? {
    guard goesOn(with: shard), let state = state(of: shard) else { return nil }
    state.active += 1
    load.enter(1, bytes: 0)
    let run = HistoryRun(notesWrites: state.known.isRead)
    state.history = run
    return (state.nextCommit, state.known.setbacks, run)
  }

  /// Ends a page.
  ///
  /// - Parameter page: what was committed; nil if nothing was.
  func endHistoryPage(_ shard: OwnedShard, page: HistoryPage?) {
    if let page {
      metrics.handled.increment(by: page.count - page.dead.count - page.dead.parked)
      metrics.dead.increment(by: page.dead.count)
      metrics.parked.increment(by: page.dead.parked)
      metrics.committed.increment(by: page.count)
    }
    guard let state = state(of: shard) else { return }
    if let page {
      state.committedHistory(page.count)
      if page.effects.sends { outbox.note(shard.number) }
      for letter in page.letters {
        if let need = letter.about.needs, state.known.note(need) { newsForLeases.yield() }
      }
    }
    state.history = nil
    state.active -= 1
    load.leave(1)
    observers.wake()
  }

  /// Takes in that the server applied nothing of a page.
  func refused(_ page: HistoryPage, _ refusal: CommitRefusal, _ error: RedisError) {
    let loss: Loss =
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
    lose(page.shard.number, term: page.shard.term, because: loss)
  }

  /// False if a shard is lost or to be given back, or the worker is stopping.
  func goesOn(with shard: OwnedShard) -> Bool {
    guard let state = state(of: shard) else { return false }
    return !isDraining && !state.isRetiring
  }

  /// Lets the log of a shard be read.
  ///
  /// - Parameter blocked: keys that have dead letters.
  func caughtUp(_ shard: OwnedShard, blocked: Set<Identifier>) {
    guard let state = state(of: shard) else { return }
    state.blocked.formUnion(blocked)
    state.isCatchingUp = false
    reader.wake()
  }
}
