/// Puts what reads give out of the topics of shards into the order of the shards' logs.
///
/// A read shows one moment of all topics. Of one that COUNT cut short there may be more up to that moment, of every other there is not: what
/// stands beyond the last entry of a topic that was cut is carried until the next read, so that nothing overtakes. A topic that is not in an
/// answer may hold earlier entries only if it was cut by the read before.
struct MergedReading {
  /// By shard.
  private var carried: [Int: Page] = [:]

  /// How much is carried.
  var load: Load { carried.values.reduce(Load()) { $0 + $1.load } }

  /// What is carried of shards that are not read any more is forgotten: it stays pending.
  ///
  /// - Returns: the shards of which there was something.
  mutating func keep(only shards: [OwnedShard]) -> [OwnedShard] {
    guard !carried.isEmpty else { return [] }
    let epochs = Dictionary(shards.map { ($0.number, $0.epoch) }) { first, _ in first }
    let dropped = carried.values.map(\.shard).filter { epochs[$0.number] != $0.epoch }
    for shard in dropped { carried[shard.number] = nil }
    return dropped
  }

  /// Forgets everything that is carried.
  mutating func removeAll() {
    carried = [:]
  }

  /// Takes in what a read gave out of one shard.
  ///
  /// - Parameters:
  ///   - page: nil for nothing.
  ///   - cutAt: the least last entry of the topics that the read cut short; nil if it cut none.
  ///   - isSnapshot: false if it may not show all topics as they were at one moment: all of it is carried until a read does.
  /// - Returns: what may be handled, in the order of the log; nil for nothing.
  mutating func merge(_ page: Page?, of shard: OwnedShard, cutAt: EntryID?, isSnapshot: Bool = true) -> Page? {
    let earlier = carried.removeValue(forKey: shard.number)
    let pages = [earlier, page].compactMap(\.self)
    guard let all = pages.count > 1 ? Page(merging: pages) : pages.first else { return nil }
    let count = isSnapshot ? cutAt.map { all.count(through: $0) } ?? all.count : 0
    if count < all.count { carried[shard.number] = Page(merging: [all.dropFirst(count)]) }
    return count > 0 ? all.prefix(count) : nil
  }
}
