import DequeModule

extension Pipeline {
  /// Has keys of an owned shard held, because their dead letters are to be handled again: what comes of them waits behind these.
  ///
  /// Nothing is lost if what follows fails: it says the same keys again until their letters are taken in.
  ///
  /// - Parameter keys: all keys whose dead letters are to be handled again now.
  /// - Returns: the shard, and those of the keys whose letters are to be read now.
  func beginRedrive(_ keys: [String], shard number: Int, term: Int) -> (shard: OwnedShard, keys: [String])? {
    guard let state = shards[number], state.shard.term == term, state.isRecovered, !state.isRetiring else { return nil }
    for key in state.awaitingLetters.subtracting(Set(names: keys)) {
      // Nobody wants it any more.
      state.awaitingLetters.remove(key)
      state.redriving.remove(key)
      block(key.text, in: state)
    }
    for key in keys where !state.redriving.contains(key) && state.held[key] == nil {
      state.redriving.insert(key)
      state.awaitingLetters.insert(key)
      state.blocked.remove(key)
      state.held[key] = []
    }
    // Letters that are on their way to be parked would be missed.
    return (state.shard, state.awaitingLetters.filter { state.parking[$0] == nil }.map(\.text))
  }

  /// Takes in the dead letters of a key, oldest first.
  func redrive(_ letters: [Delivery], key: String, shard: OwnedShard) {
    guard let state = state(of: shard), state.awaitingLetters.remove(key) else { return }
    load.enter(letters.count, bytes: letters.count * load.entryBytes)
    let setbacks = state.known.setbacks
    let letters = letters.map { letter in
      setbacks.reason(toBury: letter.place).map { letter.condemned(because: $0) } ?? letter
    }
    let later = state.held[key] ?? []
    state.held[key] = Deque(letters) + later
    // Letters are settled one by one, in commits of their own.
    startNext(of: key, in: state)
    if letters.isEmpty { state.redriving.remove(key) }
    runners.wake()
  }
}
