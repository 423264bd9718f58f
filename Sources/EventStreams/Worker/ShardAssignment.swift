/// Spreads shards over workers. A pure function of what every worker sees, so all come to the same result.
enum ShardAssignment {
  /// The shards each worker should have: as many as any other, give or take one, and as many as possible of those it has.
  ///
  /// - Parameter holdings: the live workers and the shards each holds.
  static func shards(_ shardCount: Int, among holdings: [Identifier: Set<Int>]) -> [Identifier: Set<Int>] {
    guard !holdings.isEmpty else { return [:] }
    // Those who hold most keep most, so that nobody gives up a shard only to be given another.
    let workers = holdings.keys.sorted { a, b in
      let (first, second) = (holdings[a]?.count ?? 0, holdings[b]?.count ?? 0)
      return first == second ? a < b : first > second
    }
    let (quota, extra) = shardCount.quotientAndRemainder(dividingBy: workers.count)
    var free = Set(0..<shardCount)
    var result: [Identifier: Set<Int>] = [:]
    for (index, worker) in workers.enumerated() {
      let kept = (holdings[worker] ?? []).intersection(free).sorted().prefix(quota + (index < extra ? 1 : 0))
      result[worker] = Set(kept)
      free.subtract(kept)
    }
    var rest = free.sorted()[...]
    for (index, worker) in workers.enumerated() {
      let wanted = quota + (index < extra ? 1 : 0) - (result[worker]?.count ?? 0)
      result[worker]?.formUnion(rest.prefix(wanted))
      rest = rest.dropFirst(wanted)
    }
    return result
  }
}
