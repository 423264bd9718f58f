public import EventStreams
import Foundation
import GRDB

/// Every event of the log in one SQLite file: the warehouse that analysts query, and what outlives trimming.
///
/// Several processes may write to it; readers never wait for them (WAL).
public struct Archive: Sendable {
  private let database: DatabasePool

  /// Opens the file, making it and its folder if they aren't there.
  public init(path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // A batch is acknowledged when it is on disk, not before.
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    database = try DatabasePool(path: path, configuration: configuration)
    do {
      try ArchiveSchema.migrator.migrate(database)
    } catch is DatabaseError {
      // Another process that opened the file at the same moment may have come first.
      try ArchiveSchema.migrator.migrate(database)
    }
  }

  /// Stores events durably, in one transaction, each at the end of its shard's chain (see `ChainHash`); one that is there already
  /// changes nothing.
  public func store(_ events: [RecordedEvent]) async throws {
    try await database.writeWithoutTransaction { database in
      try database.inTransaction(.immediate) {
        var insert = try ChainedInsert(database)
        for event in events { try insert.add(event) }
        try insert.finish()
        return .commit
      }
    }
  }

  /// How many events it holds, by type.
  public func counts() async throws -> [Identifier: Int] {
    try await database.read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT type, count(*) AS number FROM events GROUP BY type")
      return Dictionary(uniqueKeysWithValues: rows.map { (Identifier($0["type"] ?? ""), $0["number"]) })
    }
  }
}
