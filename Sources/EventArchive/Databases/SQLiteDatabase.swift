import Foundation
import GRDB

/// A transaction on a file of SQLite's.
struct SQLiteDatabase: ArchiveDatabase {
  let database: Database

  var dialect: SQLDialect { .sqlite }

  func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Void) throws {
    let statement = try database.cachedStatement(sql: sql)
    let rows = try Row.fetchCursor(statement, arguments: StatementArguments(values.map(\.argument)))
    while let row = try rows.next() { try body(SQLiteRow(row: row)) }
  }

  func execute(_ sql: String) throws { try database.execute(sql: sql) }

  func has(_ name: String) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = ?)", arguments: [name])
      ?? false
  }

  func insert(_ rows: [ChainedRow], _ subject: ArchiveDomain.Subject?) throws {
    let insert = try EventInsert(database, subject: subject)
    for row in rows { try insert.add(row) }
  }
}

private struct SQLiteRow: SQLRow {
  let row: Row

  func integer(_ column: Int) -> Int64? { row[column] }
  func text(_ column: Int) -> String? { row[column] }
  func bytes(_ column: Int) throws -> [UInt8]? { try row.withUnsafeData(atIndex: column) { $0.map { Array($0) } } }
}

extension SQLValue {
  fileprivate var argument: any DatabaseValueConvertible {
    switch self {
    case .integer(let number): number
    case .text(let text): text
    case .bytes(let bytes): Data(bytes)
    }
  }
}
