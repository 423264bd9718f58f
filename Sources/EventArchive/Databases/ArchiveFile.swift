import Foundation
import GRDB
import GRDBSQLite

/// A file of SQLite's, opened so that nothing can change it. Another process may write to it at the same time.
struct ArchiveFile: ArchiveHome {
  private let path: String
  private let database: DatabaseQueue
  private let identity: FileIdentity?

  /// Opens a file that is there.
  init(path: String, of domain: ArchiveDomain) throws(ArchiveProblem) {
    self.path = path
    identity = FileIdentity(path: path)
    guard FileManager.default.fileExists(atPath: path) else {
      throw ArchiveProblem("there is no archive at \(path); \(domain.advice.find)")
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      guard try database.read({ try $0.tableExists("events") }) else {
        throw ArchiveProblem("\(path) is no archive of events: it has no table events")
      }
    } catch let problem as ArchiveProblem {
      throw problem
    } catch {
      throw ArchiveProblem(opening: path, error)
    }
  }

  var isCurrent: Bool { FileIdentity(path: path) == identity }

  func has(_ name: String) throws -> Bool { try database.read { try SQLiteDatabase(database: $0).has(name) } }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result
  ) async throws -> Result {
    try await database.read { try body(SQLiteDatabase(database: $0)) }
  }

  /// With what SQLite keeps beside it.
  func size() -> Int {
    ["", "-wal"].reduce(0) { sum, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
      return sum + ((attributes?[.size] as? Int) ?? 0)
    }
  }

  func query(
    _ sql: String, onColumns: @escaping @Sendable ([String]) throws -> Void,
    onRow: @escaping @Sendable ([QueryValue]) throws -> Void
  ) async throws {
    try await database.read { database in
      let statement = try Self.prepare(sql, database)
      try onColumns(statement.columnNames)
      do {
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() { try onRow(row.databaseValues.map { QueryValue($0) }) }
      } catch let error as DatabaseError {
        throw ArchiveProblem(error.message ?? "SQLite error \(error.resultCode)")
      }
    }
  }

  private static func prepare(_ sql: String, _ database: Database) throws -> Statement {
    let statements = try database.allStatements(sql: sql)
    do {
      guard let statement = try statements.next() else { throw ReadStatement.none }
      guard statement.isReadonly else { throw ReadStatement.writes }
      guard sqlite3_bind_parameter_count(statement.sqliteStatement) == 0 else { throw ReadStatement.parameters }
      var more = true
      do { more = try statements.next() != nil } catch is DatabaseError {}
      guard !more else { throw ReadStatement.several }
      return statement
    } catch let error as DatabaseError {
      let offset = database.sqliteConnection.map { Int(sqlite3_error_offset($0)) } ?? -1
      throw StatementMistake(message: error.message ?? "\(error.resultCode)", offset: offset < 0 ? nil : offset)
    }
  }
}
