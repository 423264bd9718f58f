/// How a namespace of two shards is sealed, settled, closed and given up, as steps between states, each as atomic as in the real system: a call of
/// one of the server's functions for one shard, or a look at all of them, shard after shard.
///
/// Some producers know of the seal; of an earlier version, some do not. Services of one shard publish into the other.
struct SealModel {
  /// What keeps events from being lost; each can be taken away.
  enum Mechanism: CaseIterable {
    /// A sealed shard takes nothing from those who know of the seal.
    case seal
    /// A shard is closed in the step that finds nothing left in it.
    case checkAtClosing
    /// A closed shard takes nothing from anybody.
    case clock
    /// Where something is left in one, all that were closed are opened again.
    case openAgain
  }

  struct Shard: Hashable {
    var isSealed = false
    var isClosed = false
    /// Events that are not settled; of each whether its service publishes another into the other shard.
    var open: [Bool] = []
    /// Events for the other shard that are not forwarded.
    var outbox = 0
  }

  struct State: Hashable {
    var shards = [Shard(), Shard()]
    var publications: Int
    /// Publications by those who do not know of the seal.
    var ignorant: Int
    /// The next shard to be sealed, then to be closed.
    var next = 0
    var isClosing = false
    /// It has a successor.
    var isGivenUp = false
    var isLost = false
  }

  let mechanisms: Set<Mechanism>

  func next(after state: State) -> [State] {
    var states: [State] = []
    for shard in 0..<2 {
      if state.publications > 0 { states.append(publish(shard, state, knows: true)) }
      if state.ignorant > 0 { states.append(publish(shard, state, knows: false)) }
      if !state.shards[shard].open.isEmpty { states.append(settle(shard, state)) }
      if state.shards[shard].outbox > 0, let forwarded = forward(shard, state) { states.append(forwarded) }
    }
    if !state.isGivenUp { states.append(reshard(state)) }
    return states
  }

  private func isClosed(_ shard: Int, _ state: State) -> Bool {
    mechanisms.contains(.clock) && state.shards[shard].isClosed
  }

  /// A producer is told that it was published, or that it must try again.
  private func publish(_ shard: Int, _ state: State, knows: Bool) -> State {
    var state = state
    let isRefused = isClosed(shard, state) || (knows && mechanisms.contains(.seal) && state.shards[shard].isSealed)
    // Who is refused and finds a successor goes on there; else it tries again, which is this step once more.
    if isRefused { return state }
    if knows { state.publications -= 1 } else { state.ignorant -= 1 }
    state.shards[shard].open.append(true)
    if state.isGivenUp { state.isLost = true }
    return state
  }

  private func settle(_ shard: Int, _ state: State) -> State {
    var state = state
    if state.shards[shard].open.removeFirst() { state.shards[shard].outbox += 1 }
    return state
  }

  private func forward(_ shard: Int, _ state: State) -> State? {
    guard !isClosed(1 - shard, state) else { return nil }
    var state = state
    state.shards[shard].outbox -= 1
    state.shards[1 - shard].open.append(false)
    return state
  }

  /// The next step of whoever splits the namespace anew.
  private func reshard(_ state: State) -> State {
    var state = state
    guard state.isClosing else {
      state.shards[state.next].isSealed = true
      state.next += 1
      if state.next == 2 { (state.isClosing, state.next) = (true, 0) }
      return state
    }
    guard state.next < 2 else {
      state.isGivenUp = true
      // What is left is not in the archive that the new shards are made of.
      if state.shards.contains(where: { !$0.open.isEmpty || $0.outbox > 0 }) { state.isLost = true }
      return state
    }
    let shard = state.shards[state.next]
    if !mechanisms.contains(.checkAtClosing) || (shard.open.isEmpty && shard.outbox == 0) {
      state.shards[state.next].isClosed = true
      state.next += 1
    } else if mechanisms.contains(.openAgain) {
      for index in 0..<2 { state.shards[index].isClosed = false }
      state.next = 0
    }
    return state
  }
}
