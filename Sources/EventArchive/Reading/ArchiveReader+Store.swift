public import EventStreams

/// Whether an archive is what it is said to be, without writing to it.
extension ArchiveReader: StoredEvents {
  /// What tells the archive from others.
  ///
  /// - Throws: `ArchiveProblem` if its service has not given it a name yet.
  public func identity() async throws -> StoreIdentity {
    try await database.read { [path, domain] in try ArchiveMarks(database: $0, path: path, domain: domain).identity() }
  }

  /// Checks that it holds what was acknowledged.
  public func verify(_ marks: [Int: StoreMark]) async throws -> [Int: StoreMark] {
    try await database.read { [path, domain] in try ArchiveMarks(database: $0, path: path, domain: domain).verify(marks)
    }
  }

  /// Where a shard ends.
  package func end(_ shard: Int) async throws -> StoreMark { try await ends([shard])[shard] ?? StoreMark(.start) }

  /// Where these shards end.
  package func ends(_ shards: [Int]) async throws -> [Int: StoreMark] {
    try await database.read { [path, domain] database in
      let marks = ArchiveMarks(database: database, path: path, domain: domain)
      return Dictionary(uniqueKeysWithValues: try shards.map { ($0, try marks.end(of: $0)) })
    }
  }
}
