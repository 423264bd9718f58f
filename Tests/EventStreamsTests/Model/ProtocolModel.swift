/// The lease and commit protocol, and the merge of a shard's streams, as steps between states, each as atomic as in the real
/// system: a call of one of the server's functions, or something that a worker does by itself.
///
/// A lease may run out whenever nobody renews it, and any worker may be paused for any time, so taking over is possible in
/// every state. Faults are limited by number: crashes, connections cut in the middle of a call, groups that are destroyed, and
/// returns of the server to an earlier moment.
struct ProtocolModel {
  typealias Entry = ProtocolState.Entry

  let mechanisms: Mechanisms
  let epochs: Int

  func next(after state: ProtocolState) -> [ProtocolState] {
    var states: [ProtocolState] = []
    for worker in state.workers.indices {
      states += steps(of: worker, in: state)
      if state.workers[worker].epoch == nil, nextEpoch(of: worker, state) <= epochs {
        states.append(acquire(worker, state))
      }
      if state.crashesLeft > 0 { states.append(crash(worker, state)) }
      if state.cutsLeft > 0, canRead(worker, state), hasUndelivered(worker, state) {
        states.append(loseAnswer(worker, state))
      }
    }
    if state.server.epoch > 0 {
      for (topic, place) in state.server.places.enumerated() where place != nil {
        if state.destructionsLeft > 0 { states.append(destroyGroup(of: topic, state)) }
        guard state.movesLeft > 0 else { continue }
        for other in [0] + state.server.log.map(\.id) where other != place {
          states.append(moveGroup(of: topic, to: other, state))
        }
      }
    }
    if !state.publications.isEmpty {
      states.append(publish(state))
      states += state.workers.indices.compactMap { publishAndWake($0, state) }
    }
    if let earlier = state.earlier {
      if earlier != state.server { states.append(goBack(to: earlier, state)) }
    } else if state.returnsLeft > 0 {
      states.append(remember(state))
    }
    for commit in state.network {
      states.append(execute(commit, state, isSentAgain: false))
      if state.cutsLeft > 0 { states.append(execute(commit, state, isSentAgain: true)) }
    }
    return states
  }

  /// What a worker does when nothing goes wrong.
  func steps(of worker: Int, in state: ProtocolState) -> [ProtocolState] {
    let it = state.workers[worker]
    guard it.epoch != nil else { return [] }
    var states: [ProtocolState] = []
    if case .cuttingOff(let connections) = it.phase { return [cutOff(connections, worker, state)] }
    if !it.isConnected || !it.isRegistered {
      states.append(register(worker, state))
    } else {
      switch it.phase {
      case .recovering(let entry) where it.isIdle && state.server.hasGroups:
        states += recover(after: entry, worker, state)
      case .reading where canRead(worker, state) && (hasUndelivered(worker, state) || !it.carried.isEmpty):
        states.append(read(0..<it.topics, worker, state))
      default: break
      }
    }
    if it.unanswered == nil {
      for entries in commitable(it.inFlight, state) { states.append(send(entries, worker, state)) }
    }
    if it.isIdle, it.phase == .reading || !state.server.hasGroups { states.append(renewOrRelease(worker, state)) }
    return states
  }

  // MARK: The lease

  /// The server's epoch plus one; nor is it one that this process has had.
  private func nextEpoch(of worker: Int, _ state: ProtocolState) -> Int {
    let known = mechanisms.contains(.rememberEpoch) ? state.workers[worker].lastEpoch : 0
    return max(state.server.epoch, known) + 1
  }

  func acquire(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    let earlier = state.server.readers.filter { $0 != state.workers[worker].connection }
    let consumer = state.workers[worker].name
    state.server.restoreGroups(for: consumer, keepingPosition: mechanisms.contains(.keepPosition))
    if mechanisms.contains(.putBack) {
      state.server.putBack(for: consumer, areTogether: mechanisms.contains(.giveBack))
    }
    state.workers[worker].topics = state.server.places.count
    if state.hasSeams { state.workers[worker].begin(at: state.server.places.map { $0 ?? 0 }) }
    state.server.epoch = nextEpoch(of: worker, state)
    state.server.owner = state.workers[worker].name
    state.server.commit = 0
    let own = state.workers[worker].isConnected ? [state.workers[worker].connection] : []
    state.server.readers = (mechanisms.contains(.rememberReaders) ? earlier : []) + own
    state.workers[worker].isRegistered = !own.isEmpty
    state.workers[worker].epoch = state.server.epoch
    if state.earlier != nil { state.workers[worker].lastEpoch = state.server.epoch }
    state.workers[worker].commits = 0
    state.workers[worker].phase = .cuttingOff(earlier)
    return state
  }

  private func cutOff(_ connections: [Int], _ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    if mechanisms.contains(.cutOffReaders) {
      for other in state.workers.indices where connections.contains(state.workers[other].connection) {
        state.workers[other].isConnected = false
      }
    }
    state.workers[worker].phase = mechanisms.contains(.recoverFirst) ? .recovering(after: nil) : .reading
    return state
  }

  /// Connects, and has the lease name the connection.
  private func register(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    if !state.workers[worker].isConnected {
      state.workers[worker].connection = state.nextName
      state.workers[worker].isConnected = true
      state.nextName += 1
    }
    guard owns(worker, state) else {
      state.workers[worker].isRegistered = false
      state.workers[worker].lose()
      return state
    }
    state.server.readers = [state.workers[worker].connection]
    state.workers[worker].isRegistered = true
    return state
  }

  /// Renews an idle worker's lease, which is how it learns that it lost it; gives it back if everything is done.
  private func renewOrRelease(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    guard owns(worker, state), state.server.hasGroups else {
      if owns(worker, state) { state.server.owner = nil }
      state.workers[worker].lose()
      return state
    }
    if mechanisms.contains(.putBack), state.server.isShifted {
      state.workers[worker].lose()
    } else if state.server.pending.values.contains(where: { $0 != state.workers[worker].name }) {
      state.workers[worker].startRecovering()
    } else if state.server.isComplete {
      state.server.owner = nil
      state.workers[worker].lose()
    }
    return state
  }

  /// As the server tells a worker that renews its lease. It says no also if it does not know the worker's last commit.
  private func owns(_ worker: Int, _ state: ProtocolState) -> Bool {
    let it = state.workers[worker]
    return state.server.owner == it.name && state.server.epoch == it.epoch && it.answeredCommits <= state.server.commit
  }

  /// As `commit` and `recover` see it, with whatever check is in place.
  func isFenced(_ consumer: Int, _ epoch: Int?, _ state: ProtocolState) -> Bool {
    mechanisms.contains(.epochCheck) && epoch != state.server.epoch
      || mechanisms.contains(.ownerCheck) && consumer != state.server.owner
      || mechanisms.contains(.groupCheck) && !state.server.hasGroups
  }

  // MARK: Committing

  /// What may be settled next of what is in flight: nothing before the earlier ones of its key.
  private func commitable(_ inFlight: [Entry], _ state: ProtocolState) -> [[Entry]] {
    (1..<(1 << inFlight.count)).map { bits in
      inFlight.indices.filter { bits & (1 << $0) != 0 }
    }.filter { chosen in
      chosen.allSatisfy { last in
        (0..<last).allSatisfy { chosen.contains($0) || !state.server.haveSameKey(inFlight[$0], inFlight[last]) }
      }
    }.map { chosen in chosen.map { inFlight[$0] } }
  }

  private func send(_ entries: [Entry], _ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    let seams = state.hasSeams ? state.workers[worker].takeSeams(passedBy: entries) : []
    // What was given out twice is handled twice.
    for entry in entries {
      guard let index = state.workers[worker].inFlight.firstIndex(of: entry) else { continue }
      state.workers[worker].inFlight.remove(at: index)
    }
    let it = state.workers[worker]
    let last = entries.map(\.id).max() ?? 0
    let commit = ProtocolState.Commit(
      consumer: it.name, epoch: it.epoch ?? 0, number: it.commits + 1, entries: entries,
      left: it.inFlight.count { $0.id < last }, seams: seams)
    state.workers[worker].commits += 1
    state.workers[worker].unanswered = commit
    state.network.insert(commit)
    return state
  }

  /// The server executes a commit.
  ///
  /// - Parameter isSentAgain: the answer is lost, or another copy of it is on its way.
  func execute(_ commit: ProtocolState.Commit, _ state: ProtocolState, isSentAgain: Bool) -> ProtocolState {
    var state = state
    let isRefused = isFenced(commit.consumer, commit.epoch, state) || !settle(commit, &state.server)
    guard !isSentAgain else {
      state.cutsLeft -= 1
      return state
    }
    state.network.remove(commit)
    if let sender = state.workers.firstIndex(where: { $0.unanswered == commit }) {
      state.workers[sender].unanswered = nil
      if isRefused { state.workers[sender].lose() }
    }
    return state
  }

  /// Does what a commit of the lease's owner is to do.
  ///
  /// - Returns: false if it does not because the server has gone back to an earlier moment.
  private func settle(_ commit: ProtocolState.Commit, _ server: inout ProtocolState.Server) -> Bool {
    if mechanisms.contains(.commitNumbers), commit.number <= server.commit { return true }
    if mechanisms.contains(.seamCheck),
      commit.seams.contains(where: { seam in
        server.log.contains { $0.topic == seam.topic && $0.id > seam.after && $0.id < seam.before }
      })
    {
      return false
    }
    if mechanisms.contains(.settledCheck), commit.entries.contains(where: server.isSettled) { return false }
    if mechanisms.contains(.consecutiveNumbers), commit.number != server.commit + 1 {
      claimBack(commit, &server)
      return false
    }
    let last = commit.entries.map(\.id).max() ?? 0
    if mechanisms.contains(.leftCheck),
      server.pending.keys.count(where: { $0.id < last && !commit.entries.contains($0) }) < commit.left
    {
      return false
    }
    let acknowledged = commit.entries.filter { server.pending.removeValue(forKey: $0) != nil }
    if mechanisms.contains(.acknowledgementCheck), acknowledged.count < commit.entries.count {
      claimBack(commit, &server)
      return false
    }
    server.commit = commit.number
    server.applied += commit.entries
    let position = max(server.position, last)
    if mechanisms.contains(.keepBehind) {
      server.behind.formUnion(server.pending.keys.map(\.id).filter { $0 > server.position && $0 <= position })
      server.behind.subtract(commit.entries.map(\.id))
    }
    server.position = position
    return true
  }

  /// Makes pending again what a refused commit named, unless the group will deliver it anyway.
  private func claimBack(_ commit: ProtocolState.Commit, _ server: inout ProtocolState.Server) {
    guard mechanisms.contains(.claimBack) else { return }
    for entry in commit.entries where server.isDelivered(entry) && server.log.contains(entry) {
      if mechanisms.contains(.settledCheck), server.isSettled(entry) { continue }
      server.pending[entry] = commit.consumer
    }
  }
}
