/// Spreads shards over workers. A pure function of what every worker sees, so all come to the same result.
enum ShardAssignment {
  /// The shards each worker should have: as many as any other, give or take one, and as many as possible of those it has.
  ///
  /// A shard in which some worker has found what it does not read goes to one of those who read most of that; the others make up for it with
  /// the other shards, as far as these go. What was found counts for as long as who found it lives: a shard that was given to who
  /// reads it does not come back.
  ///
  /// - Parameter workers: the live ones.
  static func shards(_ shardCount: Int, among workers: [Identifier: RosterNote]) -> [Identifier: Set<Int>] {
    guard !workers.isEmpty else { return [:] }
    var unread: [Int: Set<ReadingNeed>] = [:]
    for worker in workers.values { unread.merge(worker.unread) { $0.union($1) } }
    let all = workers.keys.sorted()
    var result = workers.mapValues { _ in Set<Int>() }
    // Those that few may have first: the others are spread so that all have as many.
    let groups = Dictionary(grouping: 0..<shardCount) { shard in
      unread[shard].map { readers(of: $0, among: workers).sorted() } ?? all
    }
    for (readers, shards) in groups.sorted(by: { ($0.key.count, $0.value[0]) < ($1.key.count, $1.value[0]) }) {
      spread(Set(shards), over: readers, holding: workers.mapValues(\.shards), &result)
    }
    return result
  }

  /// Those who read most of what takes this; all, if nobody reads more than another.
  private static func readers(of needs: Set<ReadingNeed>, among workers: [Identifier: RosterNote]) -> [Identifier] {
    let counts = workers.mapValues { worker in needs.count { worker.reads?.covers($0) == true } }
    let most = counts.values.max()
    return counts.filter { $0.value == most }.map(\.key)
  }

  /// Adds shards to what workers have by now, each to the one that has fewest.
  ///
  /// - Parameter workers: by name.
  private static func spread(
    _ shards: Set<Int>, over workers: [Identifier], holding: [Identifier: Set<Int>],
    _ result: inout [Identifier: Set<Int>]
  ) {
    let held = workers.map { (holding[$0] ?? []).intersection(shards) }
    var loads = workers.map { result[$0]?.count ?? 0 }
    var quotas = workers.map { _ in 0 }
    for _ in shards {
      // Of those who have as few, one who can keep what it has: nobody gives up a shard only to be given another.
      let next = workers.indices.min { a, b in
        (loads[a], quotas[a] < held[a].count ? 0 : 1, a) < (loads[b], quotas[b] < held[b].count ? 0 : 1, b)
      }
      guard let next else { return }
      loads[next] += 1
      quotas[next] += 1
    }
    var free = shards
    for (index, worker) in workers.enumerated() {
      let kept = held[index].intersection(free).sorted().prefix(quotas[index])
      result[worker]?.formUnion(kept)
      free.subtract(kept)
      quotas[index] -= kept.count
    }
    var rest = free.sorted()[...]
    for (index, worker) in workers.enumerated() {
      result[worker]?.formUnion(rest.prefix(quotas[index]))
      rest = rest.dropFirst(quotas[index])
    }
  }
}
