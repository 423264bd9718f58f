public import EventStreams
import Foundation
import GRDB

/// Reads the archive, and can't change it: for the audit, verification, export, replay, rebuild, and services that start from
/// history.
public struct ArchiveReader: Sendable {
  /// The file.
  public let path: String
  /// False for an archive that no program with chains has opened yet.
  public let isChained: Bool
  /// What its events are.
  public let domain: ArchiveDomain
  /// Nil for an archive that was last opened by a program which found events by key alone.
  private let subject: ArchiveDomain.Subject?
  let database: ArchiveFile

  /// Opens an archive.
  ///
  /// - Throws: `ArchiveProblem` if there is none, or what SQLite says.
  public init(path: String, of domain: ArchiveDomain) throws {
    let database = try ArchiveFile(path: path, of: domain)
    isChained = try database.hasTable("chain_heads")
    subject = try domain.subject.flatMap { try database.hasIndex(ArchiveTable.index(of: $0)) ? $0 : nil }
    self.database = database
    self.domain = domain
    self.path = path
  }

  // MARK: Rows

  /// Rows of a shard in the order of their places, a page of them.
  package func rows(_ query: Query) async throws -> [ArchivedEvent] {
    let (isChained, subject) = (isChained, subject)
    return try await database.read { try Self.page(query, $0, isChained: isChained, subject) }
  }

  /// The shards that have rows.
  public func shards() async throws -> [Int] {
    try await database.read { try Self.shards($0) }
  }

  /// The place of a shard's last row; nil if it has none.
  public func lastID(shard: Int) async throws -> EntryID? {
    try await database.read { try Self.end(of: shard, "DESC", $0) }
  }

  /// The place of a shard's first row; nil if it has none.
  public func firstID(shard: Int) async throws -> EntryID? {
    try await database.read { try Self.end(of: shard, "ASC", $0) }
  }

  /// How many rows a shard has, as its chain counts them.
  public func count(shard: Int) async throws -> Int {
    let sql =
      isChained
      ? "SELECT link FROM chain_heads WHERE shard = ?" : "SELECT count(*) FROM events WHERE shard = ?"
    return try await database.read { try Int.fetchOne($0, sql: sql, arguments: [shard]) ?? 0 }
  }

  /// The first place of an event in a shard; nil if it is not there.
  func place(of header: EventHeader, shard: Int) async throws -> EntryID? {
    try await database.read { database in
      try Row.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT stream_ms, stream_seq FROM events WHERE key = ? AND id = ? AND shard = ?
            ORDER BY stream_ms, stream_seq LIMIT 1
            """),
        arguments: [header.key, header.id, shard]
      ).map(Self.entryID)
    }
  }

  /// The last place of an event in a shard; nil if it is not there.
  func lastPlace(of header: EventHeader, shard: Int) async throws -> EntryID? {
    try await database.read { database in
      try Row.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT stream_ms, stream_seq FROM events WHERE key = ? AND id = ? AND shard = ?
            ORDER BY stream_ms DESC, stream_seq DESC LIMIT 1
            """),
        arguments: [header.key, header.id, shard]
      ).map(Self.entryID)
    }
  }

  static func shards(_ database: Database) throws -> [Int] {
    var shards: [Int] = []
    let next = try database.makeStatement(sql: "SELECT min(shard) FROM events WHERE shard > ?")
    while let shard = try Int.fetchOne(next, arguments: [shards.last ?? -1]) { shards.append(shard) }
    return shards
  }

  static func end(of shard: Int, _ order: String, _ database: Database) throws -> EntryID? {
    let sql = """
      SELECT stream_ms, stream_seq FROM events WHERE shard = ?
      ORDER BY stream_ms \(order), stream_seq \(order) LIMIT 1
      """
    return try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [shard]).map(entryID)
  }

  static func entryID(_ row: Row) -> EntryID {
    EntryID(
      milliseconds: UInt64(clamping: row["stream_ms"] as Int64), sequence: UInt64(clamping: row["stream_seq"] as Int64))
  }
}
