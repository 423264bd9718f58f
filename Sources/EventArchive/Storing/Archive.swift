public import EventStreams

/// Every event of the log in one database: the warehouse that analysts query, and what outlives trimming. A file of SQLite's, or a
/// database of PostgreSQL's; several processes may write to it.
public final class Archive: EventStore {
  private let place: String
  private let domain: ArchiveDomain
  private let name: String
  private let home: any ArchiveStoreHome

  /// Opens an archive, making it if it isn't there.
  ///
  /// - Parameters:
  ///   - path: of its file, or the URL of its database.
  ///   - domain: what its events are.
  /// - Throws: `ArchiveProblem` if that is not possible.
  public init(path: String, of domain: ArchiveDomain) throws {
    let place = try ArchivePlace(path)
    self.domain = domain
    self.place = place.path
    home = try place.openStore(domain, ArchiveSchema.steps(domain))
    name = try home.name { [place = place.path] in
      try ArchiveMarks(database: $0, path: place, domain: domain).identity().name
    }
  }

  /// What tells the archive from others; copies of it have the same.
  public func identity() -> StoreIdentity { StoreIdentity(name: name, place: place) }

  /// Checks that it is there and holds what was acknowledged.
  public func verify(_ marks: [Int: StoreMark]) async throws -> [Int: StoreMark] {
    try await home.read { [self] in try held(in: $0).verify(marks) }
  }

  /// Stores events durably, in one transaction, each at the end of its shard's chain (see `ChainHash`); one that is there already
  /// changes nothing.
  @discardableResult
  public func store(
    _ events: [RecordedEvent], after marks: [Int: StoreMark] = [:], epochs: [Int: Int] = [:]
  ) async throws -> [Int: StoreMark] {
    let shards = Set(events.map(\.shard)).sorted()
    return try await home.write { [self] database in
      // In one order, so that no two wait for each other.
      for shard in shards { try take(shard, epochs[shard], in: database) }
      let held = try held(in: database)
      _ = try held.verify(marks)
      var insert = ChainedInsert(database, of: domain)
      for event in events { try insert.add(event) }
      try insert.finish()
      return Dictionary(uniqueKeysWithValues: try shards.map { ($0, try held.end(of: $0)) })
    }
  }

  /// The archive that was opened; not another one that was put in its place.
  private func held(in database: any ArchiveDatabase) throws -> ArchiveMarks {
    let marks = ArchiveMarks(database: database, path: place, domain: domain)
    let found = try marks.identity().name
    guard found == name else {
      throw ArchiveProblem("\(place) is another archive now (\(found.prefix(8))) than it was (\(name.prefix(8)))")
    }
    return marks
  }

  /// Has nobody else add to a shard, unless somebody has it under a later epoch.
  private func take(_ shard: Int, _ epoch: Int?, in database: any ArchiveDatabase) throws {
    guard let epoch else {
      _ = try database.number(ArchiveTable.holdShard, [.integer(Int64(shard))])
      return
    }
    guard try database.number(ArchiveTable.takeShard, [.integer(Int64(shard)), .integer(Int64(epoch))]) != nil else {
      throw ArchiveProblem(
        "shard \(shard) of the archive \(place) is written to by a worker that took it later: nothing was stored")
    }
  }

  /// Takes in that the worker that stores into it has stopped in an orderly way.
  public func finish() async { await home.finish() }

  /// How many events it holds, by type.
  public func counts() async throws -> [Identifier: Int] {
    try await home.read { database in
      let counts = try database.all("SELECT type, count(*) FROM events GROUP BY type") {
        (Identifier($0.text(0) ?? ""), Int($0.integer(1) ?? 0))
      }
      return Dictionary(uniqueKeysWithValues: counts)
    }
  }
}
