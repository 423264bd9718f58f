import EventStreams
import GRDB
import GRDBSQLite

/// The statement that adds a row to the archive, bound to SQLite directly: boxing a row's values for GRDB takes longer than to insert it.
struct EventInsert {
  private let statement: Statement
  private let connection: SQLiteConnection
  private let sql: String

  init(_ database: Database, subject: ArchiveDomain.Subject?) throws {
    guard let connection = database.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
    sql = ArchiveTable.insert(subject)
    statement = try database.cachedStatement(sql: sql)
    self.connection = connection
  }

  /// Inserts what has been bound to all parameters.
  ///
  /// - Returns: how many rows that are: none if the place is taken.
  func run() throws -> Int {
    let code = sqlite3_step(statement.sqliteStatement)
    // Says the same, and must come before the next binding.
    sqlite3_reset(statement.sqliteStatement)
    guard code == SQLITE_DONE else { throw error(code) }
    return Int(sqlite3_changes(connection))
  }

  /// - Parameter index: of the parameter, from 1.
  func bind(_ number: Int64?, at index: Int32) throws {
    let statement = statement.sqliteStatement
    try check(number.map { sqlite3_bind_int64(statement, index, $0) } ?? sqlite3_bind_null(statement, index))
  }

  func bind(_ text: String?, at index: Int32) throws {
    guard var text else { return try check(sqlite3_bind_null(statement.sqliteStatement, index)) }
    try text.withUTF8 { try bind($0, at: index) }
  }

  /// Binds text as it is, whether it is UTF-8 or not.
  func bind(text bytes: [UInt8], at index: Int32) throws {
    try bytes.withUnsafeBufferPointer { try bind($0, at: index) }
  }

  func bind(blob bytes: [UInt8], at index: Int32) throws {
    try check(
      sqlite3_bind_blob(statement.sqliteStatement, index, bytes, Int32(bytes.count), Self.copied))
  }

  private func bind(_ text: UnsafeBufferPointer<UInt8>, at index: Int32) throws {
    // Without an address it would be null.
    guard let start = text.baseAddress else {
      return try check(sqlite3_bind_text(statement.sqliteStatement, index, "", 0, Self.copied))
    }
    try start.withMemoryRebound(to: CChar.self, capacity: text.count) {
      try check(sqlite3_bind_text(statement.sqliteStatement, index, $0, Int32(text.count), Self.copied))
    }
  }

  private func check(_ code: Int32) throws {
    guard code == SQLITE_OK else { throw error(code) }
  }

  private func error(_ code: Int32) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)),
      sql: sql)
  }

  /// SQLITE_TRANSIENT: what is bound is copied at once.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
