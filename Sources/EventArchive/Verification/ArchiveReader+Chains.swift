import EventStreams

extension ArchiveReader {
  /// What the archive holds, by shard.
  public func summaries() async throws -> [ArchiveSummary] {
    let isChained = isChained
    return try await database.read { database in
      let heads = isChained ? try Self.heads(database) : [:]
      return try Set(Self.shards(database)).union(heads.keys).sorted().map { shard in
        let count = try database.number("SELECT count(*) FROM events WHERE shard = ?", [.integer(Int64(shard))])
        return ArchiveSummary(
          shard: shard, rows: count ?? 0, first: try Self.end(of: shard, "ASC", database),
          last: try Self.end(of: shard, "DESC", database), head: heads[shard] ?? nil)
      }
    }
  }

  /// How much room it takes, in bytes: of a file with what SQLite keeps beside it, of a table with its indexes.
  public func size() async throws -> Int { try await database.size() }

  /// The shards that have rows or a chain.
  func chainedShards() async throws -> [Int] {
    try await database.read { try Set(Self.shards($0)).union(Self.heads($0).keys).sorted() }
  }

  /// What a walk along a chain found.
  struct ChainReport: Sendable {
    let rows: Int
    /// Rows before the place that was asked for.
    let rowsBefore: Int
    let faults: FaultList
  }

  /// Follows a shard's chain, in one transaction: what is stored meanwhile does not disturb it.
  ///
  /// - Parameters:
  ///   - place: rows before it are counted.
  ///   - onRows: is told how many rows have been checked, every now and then.
  func walk(
    shard: Int, countingBefore place: EntryID, onRows: @escaping @Sendable (Int) -> Void
  ) async throws -> ChainReport {
    try await database.read { database in
      var walk = ChainWalk(shard: shard, head: try Self.heads(database)[shard] ?? nil)
      var before = 0
      var after: EntryID?
      while true {
        let page = try Self.page(
          Query(shard: shard, after: after ?? .zero, limit: 2000), database, isChained: true)
        for row in page {
          walk.add(row)
          if row.entryID < place { before += 1 }
        }
        onRows(walk.rows)
        guard page.count == 2000, let last = page.last else { break }
        after = last.entryID
      }
      let rows = walk.rows
      return ChainReport(rows: rows, rowsBefore: before, faults: walk.finish())
    }
  }

  /// Shard -> where its chain ends; nil within if what is stored there is no hash.
  private static func heads(_ database: any ArchiveDatabase) throws -> [Int: ChainLink?] {
    let heads = try database.all("SELECT shard, link, hash FROM chain_heads") { row in
      let hash = try ChainHash(row.bytes(2) ?? [])
      return (Int(row.integer(0) ?? 0), hash.map { ChainLink(number: Int(row.integer(1) ?? 0), hash: $0) })
    }
    return Dictionary(uniqueKeysWithValues: heads)
  }
}
