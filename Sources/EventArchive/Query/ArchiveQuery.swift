import GRDB
import GRDBSQLite

/// Queries of the archive in SQL, on the views of its domain.
public struct ArchiveQuery: Sendable {
  private let file: ArchiveFile
  private let domain: ArchiveDomain

  /// Queries of a file.
  public init(path: String, of domain: ArchiveDomain) throws(ArchiveProblem) {
    file = try ArchiveFile(path: path, of: domain)
    self.domain = domain
  }

  /// Runs one statement that reads, and hands over its rows as they are found.
  ///
  /// - Parameters:
  ///   - sql: the statement.
  ///   - onColumns: is told the columns' names, once, before any row.
  ///   - onRow: gets each row; it may throw to end the query.
  /// - Throws: an ``ArchiveProblem`` that says what is wrong with the statement, and where.
  public func run(
    _ sql: String, onColumns: @escaping @Sendable ([String]) throws -> Void,
    onRow: @escaping @Sendable ([QueryValue]) throws -> Void
  ) async throws {
    try ReadStatement.check(sql)
    try await file.read { [domain] database in
      let statement = try Self.prepare(sql, domain, database)
      try onColumns(statement.columnNames)
      do {
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() { try onRow(row.databaseValues.map { QueryValue($0) }) }
      } catch let error as DatabaseError {
        throw ArchiveProblem(error.message ?? "SQLite error \(error.resultCode)")
      }
    }
  }

  private static func prepare(_ sql: String, _ domain: ArchiveDomain, _ database: Database) throws -> Statement {
    let statements = try database.allStatements(sql: sql)
    do {
      guard let statement = try statements.next() else {
        throw ArchiveProblem("there is no statement: give one SELECT")
      }
      guard statement.isReadonly else {
        throw ArchiveProblem("the statement would write, and is refused: the archive is read here")
      }
      guard statement.sqliteStatement.parameterCount == 0 else {
        throw ArchiveProblem("the statement has parameters (? or :name), which nobody fills in: write the values")
      }
      var more = true
      do { more = try statements.next() != nil } catch is DatabaseError {}
      guard !more else { throw ArchiveProblem("there are several statements: give one") }
      return statement
    } catch let error as DatabaseError {
      let offset = database.sqliteConnection.map { Int(sqlite3_error_offset($0)) } ?? -1
      throw ArchiveProblem(
        QueryMistake(sql: sql, domain: domain, message: error.message ?? "\(error.resultCode)", offset: offset).text)
    }
  }
}

extension SQLiteStatement {
  fileprivate var parameterCount: Int { Int(sqlite3_bind_parameter_count(self)) }
}
