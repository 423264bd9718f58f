extension ProtocolModel {
  func canRead(_ worker: Int, _ state: ProtocolState) -> Bool {
    let it = state.workers[worker]
    return it.epoch != nil && it.phase == .reading && it.isConnected && it.isRegistered && state.server.hasGroups
      && it.topics <= state.server.places.count
  }

  func hasUndelivered(_ worker: Int, _ state: ProtocolState) -> Bool {
    (0..<state.workers[worker].topics).contains { !state.server.undelivered(of: $0).isEmpty }
  }

  /// XREADGROUP, which gives no more than COUNT entries of each stream, and knows no epoch.
  func read(_ topics: Range<Int>, _ worker: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    let answer = topics.map { Array(state.server.undelivered(of: $0).prefix(state.count)) }.filter { !$0.isEmpty }
    for entry in answer.joined() {
      state.server.places[entry.topic] = entry.id
      state.server.pending[entry] = state.workers[worker].name
    }
    if state.hasSeams, !state.workers[worker].note(answer), mechanisms.contains(.orderCheck) {
      state.workers[worker].lose()
      return state
    }
    let given = merge(answer, state.count, into: &state.workers[worker])
    state.workers[worker].inFlight += given
    if state.hasSeams, let last = given.last { state.workers[worker].given = last.id }
    return state
  }

  /// Merges an answer with what is carried, and says what may be given out.
  ///
  /// A stream may hold entries that come before some that the answer has of others in two cases only: COUNT cut it short
  /// in this answer, or this is the answer of a read that waited, and it has but the stream that woke it. Any other
  /// answer shows all streams at one moment: one that is missing from it held nothing more then, also if the answer
  /// before cut it short, and what it gets later has a greater id than everything that was there.
  private func merge(_ answer: [[Entry]], _ count: Int, into worker: inout ProtocolState.Worker) -> [Entry] {
    // A read waits only if nothing is carried.
    let mayHaveBeenWoken = worker.carried.isEmpty && worker.topics > 1 && answer.count == 1
    let cut = answer.filter { $0.count == count }.compactMap(\.last)
    var watermark = mechanisms.contains(.watermark) ? cut.map(\.id).min() : nil
    if mayHaveBeenWoken, mechanisms.contains(.distrustWaking) { watermark = 0 }
    let merged = (worker.carried + answer.joined()).sorted { $0.id < $1.id }
    let given = merged.prefix { $0.id <= watermark ?? $0.id }
    worker.carried = Array(merged[given.count...])
    return Array(given)
  }

  /// The server delivers entries, and the connection is cut before the answer arrives.
  func loseAnswer(_ worker: Int, _ state: ProtocolState) -> ProtocolState {
    let before = state.workers[worker]
    var state = read(0..<before.topics, worker, state)
    state.workers[worker] = before
    disconnect(worker, &state)
    state.cutsLeft -= 1
    return state
  }

  /// A worker's connection is gone, and maybe an answer with it.
  func disconnect(_ worker: Int, _ state: inout ProtocolState) {
    state.workers[worker].isConnected = false
    state.workers[worker].isRegistered = false
    if case .cuttingOff = state.workers[worker].phase { return }
    guard state.workers[worker].epoch != nil, mechanisms.contains(.recoverLostAnswers) else { return }
    state.workers[worker].startRecovering()
  }

  // MARK: Recovering

  /// Hands out the next pending entries, as many as it likes.
  func recover(after entry: Entry?, _ worker: Int, _ state: ProtocolState) -> [ProtocolState] {
    var state = state
    guard !isFenced(state.workers[worker].name, state.workers[worker].epoch, state) else {
      state.workers[worker].lose()
      return [state]
    }
    let isMerged = mechanisms.contains(.recoverMerged)
    func isBefore(_ one: Entry, _ other: Entry) -> Bool {
      isMerged ? one.id < other.id : (one.topic, one.id) < (other.topic, other.id)
    }
    let pending = state.server.pending.keys.sorted(by: isBefore)
    let found = pending.filter { next in entry.map { isBefore($0, next) } ?? true }
    guard !found.isEmpty else {
      state.workers[worker].phase = .reading
      return [state]
    }
    return found.indices.map { last in
      var state = state
      if mechanisms.contains(.recoveryCheck), state.server.hasHole(before: found[...last].map(\.id).max() ?? 0) {
        state.workers[worker].lose()
        return state
      }
      for entry in found[...last] { state.server.pending[entry] = state.workers[worker].name }
      state.workers[worker].inFlight = Array(found[...last])
      state.workers[worker].phase = .recovering(after: found[last])
      if state.hasSeams { state.workers[worker].note(recovered: found[last].id) }
      return state
    }
  }
}
