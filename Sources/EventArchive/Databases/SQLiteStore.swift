import Foundation
import GRDB
import Synchronization

/// An archive in one SQLite file, by who writes to it. Several processes may; readers never wait for them (WAL).
final class SQLiteStore: ArchiveStoreHome {
  private let path: String
  private let steps: [ArchiveStep]
  private let opened: Mutex<Opened>

  private struct Opened {
    let database: DatabasePool
    let file: FileIdentity?
  }

  /// Opens the file, making it and its folder if they aren't there.
  init(path: String, of domain: ArchiveDomain, _ steps: [ArchiveStep]) throws {
    self.path = URL(fileURLWithPath: path).path(percentEncoded: false)
    self.steps = steps
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ArchiveProblem(
        "cannot make the folder \(folder.path(percentEncoded: false)) of the archive: \(error.reason); name a file that can be written with --archive"
      )
    }
    opened = Mutex(Opened(database: try Self.open(self.path, steps), file: FileIdentity(path: self.path)))
  }

  private static func open(_ path: String, _ steps: [ArchiveStep]) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // A batch is acknowledged when it is on disk, not before.
      try database.execute(sql: "PRAGMA synchronous = FULL")
      // In bytes, of a file that is made; in KB; and in pages of the write-ahead log: what many batches change is written to the file once
      // for all of them.
      try database.execute(sql: "PRAGMA page_size = 8192; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 2000")
    }
    var migrator = DatabaseMigrator()
    for step in steps { migrator.registerMigration(step.name) { try step.run(SQLiteDatabase(database: $0)) } }
    do {
      let database = try DatabasePool(path: path, configuration: configuration)
      do {
        try migrator.migrate(database)
      } catch is DatabaseError {
        // Another process that opened the file at the same moment may have come first.
        try migrator.migrate(database)
      }
      return database
    } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_NOTADB, .SQLITE_PERM].contains(error.resultCode)
    {
      throw ArchiveProblem(writing: path, error)
    }
  }

  /// The file that has the archive's name. One that was moved away or deleted is not written to any more; of one that was put in its
  /// place the archive looks whether it is the same.
  private func current() throws -> DatabasePool {
    try opened.withLock { opened in
      guard let file = FileIdentity(path: path) else {
        throw ArchiveProblem(
          "the archive \(path) was removed while it was in use: put it back; what was acknowledged since the last copy is only in the log"
        )
      }
      if file != opened.file { opened = Opened(database: try Self.open(path, steps), file: file) }
      return opened.database
    }
  }

  func name(_ body: @Sendable (any ArchiveDatabase) throws -> String) throws -> String {
    try current().read { try body(SQLiteDatabase(database: $0)) }
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result
  ) async throws -> Result {
    try await current().read { try body(SQLiteDatabase(database: $0)) }
  }

  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result
  ) async throws -> Result {
    try await current().writeWithoutTransaction { database in
      var result: Result?
      try database.inTransaction(.immediate) {
        result = try body(SQLiteDatabase(database: database))
        return .commit
      }
      guard let result else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
      return result
    }
  }

  /// Brings what is in the write-ahead log into the file itself, so that a copy of the file alone is whole.
  func finish() async {
    // As far as nobody reads the file at this moment; nothing is lost otherwise, the log stays beside it.
    _ = try? await current().writeWithoutTransaction { try $0.checkpoint(.passive) }
  }
}
