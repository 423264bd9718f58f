/// The steps by which events get to another shard, and what can go wrong in between.
struct OutboxModel {
  /// What makes it safe. Taking one out must show.
  struct Mechanisms: OptionSet {
    let rawValue: Int
    /// The shard that gets entries notes how far it has come, and takes none that it has.
    static let position = Mechanisms(rawValue: 1 << 0)
    /// It takes nothing that follows on what it does not have.
    static let followingOn = Mechanisms(rawValue: 1 << 1)
    /// Events whose ids it remembers it has.
    static let eventIDs = Mechanisms(rawValue: 1 << 2)
    /// An entry's id is of its epoch, and not the next after the last that the outbox has had.
    static let idsOfEpochs = Mechanisms(rawValue: 1 << 3)
    /// An entry is removed when its shard has it, and not before.
    static let removalAtLast = Mechanisms(rawValue: 1 << 4)
    /// A commit of somebody who does not own the shard, or does not know the last one, is refused.
    static let fencing = Mechanisms(rawValue: 1 << 5)
    /// A whole outbox is given, from its first entry on.
    static let fromTheFirst = Mechanisms(rawValue: 1 << 6)
    /// What was read is given, and what was given is removed, over one connection, which a server that goes back does not have.
    static let oneConnection = Mechanisms(rawValue: 1 << 7)
    /// Where the shard has an entry that was neither removed from the outbox nor stands in it, the ids of events alone count.
    static let unknownPlaces = Mechanisms(rawValue: 1 << 8)
    static let all = Mechanisms(rawValue: 1 << 9 - 1)
  }

  let mechanisms: Mechanisms

  /// What may happen next.
  func next(after state: OutboxState) -> [OutboxState] {
    var all: [OutboxState] = []
    for worker in state.workers.indices {
      all += steps(of: worker, in: state)
      if state.crashesLeft > 0, state.workers[worker] != OutboxState.Worker() {
        all.append(
          state.with {
            $0.crashesLeft -= 1; $0.workers[worker] = OutboxState.Worker()
          })
      }
    }
    if state.forgettingLeft > 0, !state.target.remembered.isEmpty {
      all.append(
        state.with {
          $0.forgettingLeft -= 1; $0.target.remembered = []
        })
    }
    if state.returnsLeft > 0 {
      all.append(
        state.with {
          $0.returnsLeft -= 1; $0.earlier = (state.source, state.target)
        })
    }
    if let earlier = state.earlier {
      all.append(
        state.with {
          $0.source = earlier.source
          if !state.goesBackAlone { $0.target = earlier.target }
          $0.earlier = nil
          guard mechanisms.contains(.oneConnection) else { return }
          for worker in $0.workers.indices { $0.workers[worker].phase = .idle }
        })
    }
    return all
  }

  /// What a worker may do.
  func steps(of worker: Int, in state: OutboxState) -> [OutboxState] {
    let it = state.workers[worker]
    switch it.phase {
    case .idle:
      guard let epoch = it.epoch else { return state.epochsLeft > 0 ? [acquire(worker, state)] : [] }
      var all = commits(of: worker, epoch, state)
      if !state.source.outbox.isEmpty { all += read(worker, state) }
      return all
    case .read(let entries, let sent): return [give(entries, sent, worker, state)]
    case .given(let entries):
      return [
        state.with {
          if mechanisms.contains(.removalAtLast) { remove(entries, &$0) }
          $0.workers[worker].phase = .idle
        }
      ]
    }
  }

  private func acquire(_ worker: Int, _ state: OutboxState) -> OutboxState {
    state.with {
      $0.time += 1
      $0.epochsLeft -= 1
      $0.source.epoch = $0.time
      $0.source.commit = 0
      $0.workers[worker].epoch = $0.time
      $0.workers[worker].commits = 0
    }
  }

  /// Handles any event whose key has nothing before it left, and leaves what follows.
  private func commits(of worker: Int, _ epoch: Int, _ state: OutboxState) -> [OutboxState] {
    let isRefused = epoch != state.source.epoch || state.workers[worker].commits != state.source.commit
    if mechanisms.contains(.fencing), isRefused {
      return [state.with { $0.workers[worker] = OutboxState.Worker() }]
    }
    return (0..<state.keys).compactMap { key in
      guard let event = (0..<state.events).first(where: { $0 % state.keys == key && !state.source.done.contains($0) })
      else { return nil }
      return state.with {
        $0.source.commit += 1
        $0.workers[worker].commits += 1
        $0.source.done.insert(event)
        let id =
          mechanisms.contains(.idsOfEpochs)
          ? OutboxState.ID(epoch: epoch, number: $0.source.commit) : OutboxState.ID(number: $0.source.last.number + 1)
        $0.source.last = id
        $0.source.outbox.append(OutboxState.Entry(id: id, event: event))
      }
    }
  }

  private func read(_ worker: Int, _ state: OutboxState) -> [OutboxState] {
    let outbox = state.source.outbox
    return (1...outbox.count).map { count in
      let entries = mechanisms.contains(.fromTheFirst) ? Array(outbox[..<count]) : [outbox[count - 1]]
      return state.with {
        $0.workers[worker].phase = .read(entries, sent: state.source.sent)
        if !mechanisms.contains(.removalAtLast) { remove(entries, &$0) }
      }
    }
  }

  /// The shard takes what it does not have. Where it has less than was removed, all is read again, unless that is still so: then it is lost,
  /// and said to be.
  private func give(
    _ entries: [OutboxState.Entry], _ sent: OutboxState.ID, _ worker: Int, _ state: OutboxState
  ) -> OutboxState {
    state.with {
      if mechanisms.contains(.followingOn), sent > $0.target.inbox {
        $0.workers[worker].phase = .idle
        return
      }
      let had = $0.target.inbox
      let isKnown = had <= $0.source.sent || $0.source.outbox.contains { $0.id == had }
      if mechanisms.contains(.unknownPlaces), !isKnown { $0.target.inbox = OutboxState.ID() }
      for entry in entries {
        if mechanisms.contains(.position), entry.id <= $0.target.inbox { continue }
        if !mechanisms.contains(.eventIDs) || !$0.target.remembered.contains(entry.event) {
          $0.target.log.append(entry.event)
          $0.target.remembered.insert(entry.event)
        }
      }
      $0.target.inbox = max($0.target.inbox, entries.last?.id ?? OutboxState.ID())
      $0.workers[worker].phase = .given(entries)
    }
  }

  private func remove(_ entries: [OutboxState.Entry], _ state: inout OutboxState) {
    state.source.outbox.removeAll(where: entries.contains)
    state.source.sent = max(state.source.sent, entries.last?.id ?? OutboxState.ID())
  }
}

extension OutboxState {
  func with(_ change: (inout OutboxState) -> Void) -> OutboxState {
    var state = self
    change(&state)
    return state
  }
}
