extension ProtocolModel {
  /// Somebody removes the group, and with it the list of what is pending.
  func destroyGroup(_ state: ProtocolState) -> ProtocolState {
    var state = state
    state.server.hasGroup = false
    state.server.pending = [:]
    state.destructionsLeft -= 1
    return state
  }

  /// Somebody moves the group, as with XGROUP SETID.
  func moveGroup(to place: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    state.server.delivered = place
    state.movesLeft -= 1
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

  // MARK: Going back

  /// Somebody publishes an event. No two get the same id, whatever becomes of the first.
  func publish(_ state: ProtocolState) -> ProtocolState {
    var state = state
    state.server.log.append(state.nextEntry)
    state.nextEntry += 1
    state.publicationsLeft -= 1
    return state
  }

  /// The server writes to disk, or a replica falls behind: it may go back to this moment.
  func remember(_ state: ProtocolState) -> ProtocolState {
    var state = state
    state.earlier = state.server
    state.returnsLeft -= 1
    return state
  }

  /// A server takes its place that is as it was then. It is another process: the connections are gone, and what workers sent they
  /// send again. What they know they keep.
  func goBack(to earlier: ProtocolState.Server, _ state: ProtocolState) -> ProtocolState {
    var state = state
    state.server = earlier
    state.earlier = nil
    for worker in state.workers.indices { disconnect(worker, &state) }
    return state
  }
}
