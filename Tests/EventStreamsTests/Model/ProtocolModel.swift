/// The lease and commit protocol as steps between states, each as atomic as in the real system: a call of one of the server's
/// functions, or something that a worker does by itself.
///
/// A lease may run out whenever nobody renews it, and any worker may be paused for any time, so taking over is possible in
/// every state. Faults are limited by number: crashes, connections cut in the middle of a call, and groups that are destroyed.
struct ProtocolModel {
  /// What makes the protocol safe. Taking one out must show.
  struct Mechanisms: OptionSet {
    let rawValue: Int
    /// `commit` and `recover` refuse an epoch that is not the lease's.
    static let epochCheck = Mechanisms(rawValue: 1)
    /// `commit` does nothing if its number is not above the last one's.
    static let commitNumbers = Mechanisms(rawValue: 2)
    /// `commit` applies nothing if none of its entries was pending.
    static let acknowledgementCheck = Mechanisms(rawValue: 4)
    /// A new owner deals with what is pending before it reads.
    static let recoverFirst = Mechanisms(rawValue: 8)
    /// A new owner cuts the connections that earlier ones read with.
    static let cutOffReaders = Mechanisms(rawValue: 16)
    /// The lease names all connections that are to be cut off, also those that an owner that crashed left to its successor.
    static let rememberReaders = Mechanisms(rawValue: 32)
    /// An owner looks for what was delivered to it in an answer that never came.
    static let recoverLostAnswers = Mechanisms(rawValue: 64)
    /// `commit` refuses when there is no group.
    static let groupCheck = Mechanisms(rawValue: 128)
    /// The position of a group, and what it passed over, are kept beside the group.
    static let keepPosition = Mechanisms(rawValue: 256)
    static let keepBehind = Mechanisms(rawValue: 512)
    static let all = Mechanisms(rawValue: 1023)
  }

  let mechanisms: Mechanisms
  let epochs: Int

  func next(after state: ProtocolState) -> [ProtocolState] {
    var states: [ProtocolState] = []
    for worker in state.workers.indices {
      states += steps(of: worker, in: state)
      if state.epoch < epochs, state.workers[worker].term == nil { states.append(acquire(worker, state)) }
      if state.crashesLeft > 0 { states.append(crash(worker, state)) }
      if state.cutsLeft > 0, canRead(worker, state), state.delivered < state.entryCount {
        states.append(loseAnswer(worker, state))
      }
    }
    if state.destructionsLeft > 0, state.hasGroup, state.epoch > 0 { states.append(destroyGroup(state)) }
    for commit in state.network {
      states.append(execute(commit, state, isSentAgain: false))
      if state.cutsLeft > 0 { states.append(execute(commit, state, isSentAgain: true)) }
    }
    return states
  }

  /// What a worker does when nothing goes wrong.
  func steps(of worker: Int, in state: ProtocolState) -> [ProtocolState] {
    let it = state.workers[worker]
    guard it.term != nil else { return [] }
    var states: [ProtocolState] = []
    if case .cuttingOff(let connections) = it.phase { return [cutOff(connections, worker, state)] }
    if !it.isConnected || !it.isRegistered {
      states.append(register(worker, state))
    } else {
      switch it.phase {
      case .recovering(let entry) where it.isIdle && state.hasGroup:
        states += recover(after: entry, worker, state)
      case .reading where state.hasGroup && state.delivered < state.entryCount: states.append(read(worker, state))
      default: break
      }
    }
    if it.unanswered == nil {
      for entries in commitable(it.inFlight, state) { states.append(send(entries, worker, state)) }
    }
    if it.isIdle, it.phase == .reading || !state.hasGroup { states.append(renewOrRelease(worker, state)) }
    return states
  }

  // MARK: The lease

  func acquire(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    let earlier = state.readers.filter { $0 != state.workers[worker].connection }
    if !state.hasGroup {
      state.hasGroup = true
      state.delivered = mechanisms.contains(.keepPosition) ? state.position : state.entryCount
      for entry in state.behind { state.pending[entry] = state.workers[worker].name }
    }
    state.epoch += 1
    state.owner = state.workers[worker].name
    state.commit = 0
    let own = state.workers[worker].isConnected ? [state.workers[worker].connection] : []
    state.readers = (mechanisms.contains(.rememberReaders) ? earlier : []) + own
    state.workers[worker].isRegistered = !own.isEmpty
    state.workers[worker].term = state.epoch
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
    state.workers[worker].phase = mechanisms.contains(.recoverFirst) ? .recovering(after: 0) : .reading
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
    state.readers = [state.workers[worker].connection]
    state.workers[worker].isRegistered = true
    return state
  }

  /// Renews an idle worker's lease, which is how it learns that it lost it; gives it back if everything is done.
  private func renewOrRelease(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    guard owns(worker, state), state.hasGroup else {
      if owns(worker, state) { state.owner = nil }
      state.workers[worker].lose()
      return state
    }
    if state.pending.values.contains(where: { $0 != state.workers[worker].name }) {
      state.workers[worker].phase = .recovering(after: 0)
    } else if state.isComplete {
      state.owner = nil
      state.workers[worker].lose()
    }
    return state
  }

  /// As the server sees it, with whatever check is in place.
  private func owns(_ worker: Int, _ state: ProtocolState) -> Bool {
    state.owner == state.workers[worker].name && state.epoch == state.workers[worker].term
  }

  // MARK: Reading

  private func canRead(_ worker: Int, _ state: ProtocolState) -> Bool {
    let it = state.workers[worker]
    return it.term != nil && it.phase == .reading && it.isConnected && it.isRegistered && state.hasGroup
  }

  /// XREADGROUP: knows no epoch.
  private func read(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    state.delivered += 1
    state.pending[state.delivered] = state.workers[worker].name
    state.workers[worker].inFlight.append(state.delivered)
    return state
  }

  /// The server delivers an entry, and the connection is cut before the answer arrives.
  private func loseAnswer(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = read(worker, state)
    state.workers[worker].inFlight.removeLast()
    state.workers[worker].isConnected = false
    state.workers[worker].isRegistered = false
    if mechanisms.contains(.recoverLostAnswers) { state.workers[worker].phase = .recovering(after: 0) }
    state.cutsLeft -= 1
    return state
  }

  /// Hands out the next pending entries, as many as it likes.
  private func recover(after entry: Int, _ worker: Int, _ state: ProtocolState) -> [ProtocolState] {
    var state = state
    guard !mechanisms.contains(.epochCheck) || owns(worker, state) else {
      state.workers[worker].lose()
      return [state]
    }
    let found = state.pending.keys.filter { $0 > entry }.sorted()
    guard !found.isEmpty else {
      state.workers[worker].phase = .reading
      return [state]
    }
    return found.indices.map { last in
      var state = state
      for entry in found[...last] { state.pending[entry] = state.workers[worker].name }
      state.workers[worker].inFlight = Array(found[...last])
      state.workers[worker].phase = .recovering(after: found[last])
      return state
    }
  }

  // MARK: Committing

  /// What may be settled next of what is in flight: nothing before the earlier ones of its key.
  private func commitable(_ inFlight: [Int], _ state: ProtocolState) -> [[Int]] {
    (1..<(1 << inFlight.count)).map { bits in
      inFlight.indices.filter { bits & (1 << $0) != 0 }.map { inFlight[$0] }
    }.filter { chosen in
      chosen.allSatisfy { entry in
        state.predecessors(of: entry).allSatisfy { !inFlight.contains($0) || chosen.contains($0) }
      }
    }
  }

  private func send(_ entries: [Int], _ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    let it = state.workers[worker]
    let commit = ProtocolState.Commit(
      consumer: it.name, term: it.term ?? 0, number: it.commits + 1, entries: entries)
    state.workers[worker].commits += 1
    state.workers[worker].inFlight.removeAll(where: entries.contains)
    state.workers[worker].unanswered = commit
    state.network.insert(commit)
    return state
  }

  /// The server executes a commit.
  ///
  /// - Parameter isSentAgain: the answer is lost, or another copy of it is on its way.
  func execute(_ commit: ProtocolState.Commit, _ state: ProtocolState, isSentAgain: Bool) -> ProtocolState {
    var state = state
    let isFenced =
      mechanisms.contains(.epochCheck) && commit.term != state.epoch
      || mechanisms.contains(.groupCheck) && !state.hasGroup
    if !isFenced, !mechanisms.contains(.commitNumbers) || commit.number > state.commit {
      state.commit = commit.number
      let acknowledged = commit.entries.filter { state.pending.removeValue(forKey: $0) != nil }
      if !mechanisms.contains(.acknowledgementCheck) || !acknowledged.isEmpty { state.applied += commit.entries }
      let position = max(state.position, commit.entries.max() ?? 0)
      if mechanisms.contains(.keepBehind) {
        state.behind.formUnion(state.pending.keys.filter { $0 > state.position && $0 <= position })
        state.behind.subtract(commit.entries)
      }
      state.position = position
    }
    guard !isSentAgain else {
      state.cutsLeft -= 1
      return state
    }
    state.network.remove(commit)
    if let sender = state.workers.firstIndex(where: { $0.unanswered == commit }) {
      state.workers[sender].unanswered = nil
      if isFenced { state.workers[sender].lose() }
    }
    return state
  }

  // MARK: Faults

  /// Somebody removes the group, and with it the list of what is pending.
  private func destroyGroup(_ state: ProtocolState) -> ProtocolState {
    var state = state
    state.hasGroup = false
    state.pending = [:]
    state.destructionsLeft -= 1
    return state
  }

  /// The process dies; another one takes its place.
  func crash(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    state.workers[worker] = ProtocolState.Worker(name: state.nextName, connection: state.nextName)
    state.nextName += 1
    state.crashesLeft -= 1
    return state
  }
}
