import EventStreams

/// The events that services publish into other shards: what one shard must have sent is looked for in all.
struct CrossingEvents {
  /// An event of a service, and what it is about.
  struct Crossing {
    let id: Identifier
    let service: String
    let ride: String
    /// Where it must be, or is.
    let shard: Int
  }

  private var sent: [Crossing] = []
  private var arrived: [Crossing] = []

  mutating func send(_ event: Crossing) { sent.append(event) }
  mutating func arrive(_ event: Crossing) { arrived.append(event) }

  /// Those that have been sent, and are not where they must be.
  var missing: [Crossing] {
    let found = Set(arrived.map { Place(shard: $0.shard, id: $0.id) })
    return sent.filter { !found.contains(Place(shard: $0.shard, id: $0.id)) }
  }

  /// Those that nobody has sent.
  var unknown: [Crossing] {
    let expected = Set(sent.map { Place(shard: $0.shard, id: $0.id) })
    return arrived.filter { !expected.contains(Place(shard: $0.shard, id: $0.id)) }
  }

  private struct Place: Hashable {
    let shard: Int
    let id: Identifier
  }
}
