/// Puts what reads give out of the topics of shards into the order of the shards' logs.
///
/// A read shows one moment of all topics. Of one that COUNT cut short there may be more up to that moment, of every other there is not: what
/// stands beyond the last entry of a topic that was cut is carried until the next read, so that nothing overtakes. A topic that is not in an
/// answer may hold earlier entries only if it was cut by the read before.
struct MergedReading {
  private struct Carried {
    let shard: OwnedShard
    var pages: [Page]
  }

  private var carried: [Int: Carried] = [:]

  /// How much is carried.
  private(set) var load = Load()

  /// What is carried of shards that are not read any more is forgotten: it stays pending.
  ///
  /// - Returns: the shards of which there was something.
  mutating func keep(only shards: [OwnedShard]) -> [OwnedShard] {
    guard !carried.isEmpty else { return [] }
    let terms = Dictionary(shards.map { ($0.number, $0.term) }) { first, _ in first }
    let dropped = carried.values.filter { terms[$0.shard.number] != $0.shard.term }.map(\.shard)
    for shard in dropped { carried[shard.number] = nil }
    if !dropped.isEmpty { weigh() }
    return dropped
  }

  /// Forgets everything that is carried.
  mutating func removeAll() {
    carried = [:]
    load = Load()
  }

  /// Takes in what a read gave out of one shard; nil for nothing.
  ///
  /// - Parameters:
  ///   - cutAt: the least last entry of the topics that the read cut short; nil if it cut none.
  ///   - isSnapshot: false if it may not show all topics as they were at one moment: all of it is carried until a read does.
  /// - Returns: what may be handled, in the order of the log.
  mutating func merge(_ page: Page?, of shard: OwnedShard, cutAt: StreamID?, isSnapshot: Bool = true) -> [Page] {
    let earlier = carried.removeValue(forKey: shard.number)?.pages ?? []
    if earlier.isEmpty, isSnapshot, cutAt.map({ $0 >= page?.last ?? .zero }) != false { return page.map { [$0] } ?? [] }
    let ordered = Self.ordered(earlier + (page.map { [$0] } ?? []))
    guard isSnapshot else {
      carry(ordered, of: shard)
      return []
    }
    guard let cutAt else {
      weigh()
      return ordered
    }
    var ready: [Page] = []
    var later: [Page] = []
    for page in ordered {
      let count = page.count(through: cutAt)
      if count > 0 { ready.append(page.prefix(count)) }
      if count < page.count { later.append(page.dropFirst(count)) }
    }
    carry(later, of: shard)
    return ready
  }

  private mutating func carry(_ pages: [Page], of shard: OwnedShard) {
    carried[shard.number] = pages.isEmpty ? nil : Carried(shard: shard, pages: pages)
    weigh()
  }

  private mutating func weigh() {
    load = Load()
    for page in carried.values.flatMap(\.pages) { load.enter(page.count, bytes: page.bytes) }
  }

  /// Pages cut and put so that all of their entries are in order.
  private static func ordered(_ pages: [Page]) -> [Page] {
    var open = pages
    var ordered: [Page] = []
    while open.count > 1 {
      open.sort { $0.first < $1.first }
      // Up to where the next one begins.
      let count = open[0].count(through: open[1].first)
      ordered.append(open[0].prefix(count))
      if count < open[0].count { open[0] = open[0].dropFirst(count) } else { open.removeFirst() }
    }
    return ordered + open
  }
}
