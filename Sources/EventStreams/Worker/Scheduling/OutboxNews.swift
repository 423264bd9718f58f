import Synchronization

/// Which outboxes of a worker's shards may hold something, and which hold so much that nothing is to be added.
final class OutboxNews: Sendable {
  private struct State {
    var shards: Set<Int> = []
    var full: Set<Int> = []
  }

  private let state = Mutex(State())
  /// Says that there is something to look at.
  let news: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init() {
    (news, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Has outboxes looked at.
  func note(_ shards: some Sequence<Int>) {
    let isAny = state.withLock { state in
      state.shards.formUnion(shards)
      return !state.shards.isEmpty
    }
    if isAny { signal.yield() }
  }

  /// Has an outbox looked at.
  func note(_ shard: Int) { note(CollectionOfOne(shard)) }

  /// The outboxes that are to be looked at, which are so no more.
  func take() -> Set<Int> {
    state.withLock { state in
      defer { state.shards = [] }
      return state.shards
    }
  }

  /// Whether nothing is to be committed in a shard until more of its outbox has been forwarded.
  func isFull(_ shard: Int) -> Bool { state.withLock { $0.full.contains(shard) } }

  /// - Returns: true if that has changed.
  func set(_ shard: Int, isFull: Bool) -> Bool {
    state.withLock { isFull ? $0.full.insert(shard).inserted : $0.full.remove(shard) != nil }
  }
}
