extension ProtocolModel {
  /// Somebody removes a group, and with it the list of what is pending.
  func destroyGroup(of topic: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    state.server.places[topic] = nil
    state.server.pending = state.server.pending.filter { $0.key.topic != topic }
    state.destructionsLeft -= 1
    return state
  }

  /// Somebody moves a group, as with XGROUP SETID.
  func moveGroup(of topic: Int, to place: Int, _ state: ProtocolState) -> ProtocolState {
    var state = state
    state.server.places[topic] = place
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
