import EventStreams
import GRDB
import GRDBSQLite

/// The statement that adds a row to the archive, bound to SQLite directly: boxing a row's values for GRDB takes longer than to insert it.
struct EventInsert {
  private let statement: Statement
  private let connection: SQLiteConnection
  private let sql: String
  private let subject: ArchiveDomain.Subject?

  init(_ database: Database, subject: ArchiveDomain.Subject?) throws {
    guard let connection = database.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
    self.subject = subject
    sql = """
      INSERT OR IGNORE INTO events (\(ArchiveTable.columns(subject).joined(separator: ", ")))
      VALUES (\(ArchiveTable.columns(subject).map { _ in "?" }.joined(separator: ", ")))
      """
    statement = try database.cachedStatement(sql: sql)
    self.connection = connection
  }

  /// Adds a row at a place that is free.
  func add(_ row: ChainedRow) throws {
    let event = row.event
    try bind(Int64(event.shard), at: 1)
    try bind(row.milliseconds, at: 2)
    try bind(row.sequence, at: 3)
    try bind(event.header?.id, at: 4)
    try bind(event.header?.type.rawValue, at: 5)
    try bind(event.header?.key, at: 6)
    try bind(event.header?.timestamp.microsecondsSinceEpoch, at: 7)
    try bind(text: event.json, at: 8)
    try bind(Int64(row.link.number), at: 9)
    try bind(blob: row.link.hash.bytes, at: 10)
    if let subject { try bind(subject.besideKey(of: event), at: 11) }
    let code = sqlite3_step(statement.sqliteStatement)
    // Says the same, and must come before the next binding.
    sqlite3_reset(statement.sqliteStatement)
    guard code == SQLITE_DONE else { throw error(code) }
    // The place was free: nobody else may write meanwhile. Where OR IGNORE is not said, SQLite keeps a journal of every insert.
    guard sqlite3_changes(connection) == 1 else { throw error(SQLITE_CONSTRAINT) }
  }

  /// - Parameter index: of the parameter, from 1.
  private func bind(_ number: Int64?, at index: Int32) throws {
    let statement = statement.sqliteStatement
    try check(number.map { sqlite3_bind_int64(statement, index, $0) } ?? sqlite3_bind_null(statement, index))
  }

  private func bind(_ text: String?, at index: Int32) throws {
    guard var text else { return try check(sqlite3_bind_null(statement.sqliteStatement, index)) }
    try text.withUTF8 { try bind($0, at: index) }
  }

  /// Binds text as it is, whether it is UTF-8 or not.
  private func bind(text bytes: [UInt8], at index: Int32) throws {
    try bytes.withUnsafeBufferPointer { try bind($0, at: index) }
  }

  private func bind(blob bytes: [UInt8], at index: Int32) throws {
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
