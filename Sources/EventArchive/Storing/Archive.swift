public import EventStreams
import Foundation
import GRDB
import Synchronization

/// Every event of the log in one SQLite file: the warehouse that analysts query, and what outlives trimming.
///
/// Several processes may write to it; readers never wait for them (WAL).
public final class Archive: EventStore {
  private let path: String
  private let domain: ArchiveDomain
  private let name: String
  private let opened: Mutex<Opened>

  private struct Opened {
    let database: DatabasePool
    let file: FileIdentity?
  }

  /// Opens the file, making it and its folder if they aren't there.
  ///
  /// - Throws: `ArchiveProblem` if that is not possible.
  public init(path: String, of domain: ArchiveDomain) throws {
    self.domain = domain
    self.path = URL(fileURLWithPath: path).path(percentEncoded: false)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ArchiveProblem(
        "cannot make the folder \(folder.path(percentEncoded: false)) of the archive: \(error.reason); name a file that can be written with --archive"
      )
    }
    let database = try Self.open(self.path, domain)
    opened = Mutex(Opened(database: database, file: FileIdentity(path: self.path)))
    name = try database.read { [path = self.path] in
      try ArchiveMarks(database: $0, path: path, domain: domain).identity().name
    }
  }

  private static func open(_ path: String, _ domain: ArchiveDomain) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // A batch is acknowledged when it is on disk, not before.
      try database.execute(sql: "PRAGMA synchronous = FULL")
      // In bytes, of a file that is made; in KB; and in pages of the write-ahead log: what many batches change is written to the file once
      // for all of them.
      try database.execute(sql: "PRAGMA page_size = 8192; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 2000")
    }
    do {
      let database = try DatabasePool(path: path, configuration: configuration)
      do {
        try ArchiveSchema.migrator(of: domain).migrate(database)
      } catch is DatabaseError {
        // Another process that opened the file at the same moment may have come first.
        try ArchiveSchema.migrator(of: domain).migrate(database)
      }
      return database
    } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_NOTADB, .SQLITE_PERM].contains(error.resultCode)
    {
      throw ArchiveProblem(writing: path, error)
    }
  }

  /// The file that has the archive's name. One that was moved away, deleted or replaced is not written to any more.
  private func current() throws -> DatabasePool {
    try opened.withLock { opened in
      guard let file = FileIdentity(path: path) else {
        throw ArchiveProblem(
          "the archive \(path) was removed while it was in use: put it back; what was acknowledged since the last copy is only in the log"
        )
      }
      if file == opened.file { return opened.database }
      let database = try Self.open(path, domain)
      let found = try database.read { [path, domain] in
        try ArchiveMarks(database: $0, path: path, domain: domain).identity()
      }
      guard found.name == name else {
        throw ArchiveProblem("\(path) is another archive now (\(found.name.prefix(8))) than it was (\(name.prefix(8)))")
      }
      opened = Opened(database: database, file: file)
      return database
    }
  }

  /// What tells the archive from others; copies of the file have the same.
  public func identity() -> StoreIdentity { StoreIdentity(name: name, place: path) }

  /// Checks that the file is there and holds what was acknowledged.
  public func verify(_ marks: [Int: StoreMark]) async throws -> [Int: StoreMark] {
    try await current().read { [path, domain] in
      try ArchiveMarks(database: $0, path: path, domain: domain).verify(marks)
    }
  }

  /// Stores events durably, in one transaction, each at the end of its shard's chain (see `ChainHash`); one that is there already
  /// changes nothing.
  @discardableResult
  public func store(_ events: [RecordedEvent], after marks: [Int: StoreMark] = [:]) async throws -> [Int: StoreMark] {
    try await current().writeWithoutTransaction { [path, domain] database in
      let held = ArchiveMarks(database: database, path: path, domain: domain)
      var ends: [Int: StoreMark] = [:]
      try database.inTransaction(.immediate) {
        _ = try held.verify(marks)
        var insert = try ChainedInsert(database, of: domain)
        for event in events { try insert.add(event) }
        try insert.finish()
        for shard in Set(events.map(\.shard)) { ends[shard] = try held.end(of: shard) }
        return .commit
      }
      return ends
    }
  }

  /// Brings what is in the write-ahead log into the file itself, so that a copy of the file alone is whole.
  public func finish() async {
    // As far as nobody reads the file at this moment; nothing is lost otherwise, the log stays beside it.
    _ = try? await current().writeWithoutTransaction { try $0.checkpoint(.passive) }
  }

  /// How many events it holds, by type.
  public func counts() async throws -> [Identifier: Int] {
    try await current().read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT type, count(*) AS number FROM events GROUP BY type")
      return Dictionary(uniqueKeysWithValues: rows.map { (Identifier($0["type"] ?? ""), $0["number"]) })
    }
  }
}
