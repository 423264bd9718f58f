extension ProtocolModel {
  /// Somebody publishes events in one call. No two get the same id, whatever becomes of the first.
  func publish(_ state: ProtocolState) -> ProtocolState {
    var state = state
    for topic in state.publications.removeFirst() {
      // Without the shard's clock, an id is new to its stream and may be the one that another stream has just given.
      let last = Entry(id: state.nextEntry - 1, topic: topic)
      let isNew = mechanisms.contains(.clock) || last.id == 0 || state.server.log.contains(last)
      let entry = isNew ? Entry(id: state.nextEntry, topic: topic) : last
      state.nextEntry = entry.id + 1
      state.server.log.append(entry)
      if topic == state.server.places.count { appear(&state.server) }
    }
    return state
  }

  /// A topic comes to be, and with it the group of the service, which wants whatever topics there are.
  private func appear(_ server: inout ProtocolState.Server) {
    server.places.append(0)
    if mechanisms.contains(.fenceAtNewTopic) { server.owner = nil }
  }

  /// Somebody publishes while a worker waits in a read of several streams. Redis 7.0 answers it with nothing but the one
  /// that the call has added to first, and with all that the call has added to that.
  ///
  /// - Returns: nil if the worker does not wait.
  func publishAndWake(_ worker: Int, _ state: ProtocolState) -> ProtocolState? {
    let it = state.workers[worker]
    guard it.topics > 1, it.carried.isEmpty, canRead(worker, state), !hasUndelivered(worker, state),
      let topic = state.publications.first?.first, topic < it.topics
    else { return nil }
    return read(topic..<topic + 1, worker, publish(state))
  }
}
