import PostgreSQL

/// A transaction on a database of PostgreSQL's.
struct PostgresDatabase: ArchiveDatabase {
  let connection: PostgresConnection

  var dialect: SQLDialect { .postgresql }

  func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Void) throws {
    try connection.rows(Self.numbered(sql), values.map(\.parameter)) { try body(Columns(row: $0)) }
  }

  func execute(_ sql: String) throws { try connection.execute(sql) }

  func has(_ name: String) throws -> Bool {
    try number("SELECT CASE WHEN to_regclass(?) IS NULL THEN 0 ELSE 1 END", [.text(name)]) == 1
  }

  func insert(_ rows: [ChainedRow], _ subject: ArchiveDomain.Subject?) throws {
    var copy = EventCopy(subject)
    for row in rows { copy.add(row) }
    try connection.copy(copy.statement, copy.finish())
  }

  /// With `$1`, `$2` and so on for each `?`; the archive's own statements have none in texts.
  private static func numbered(_ sql: String) -> String {
    let parts = sql.split(separator: "?", omittingEmptySubsequences: false)
    return parts.dropFirst().enumerated().reduce(String(parts[0])) { "\($0)$\($1.offset + 1)\($1.element)" }
  }

  private struct Columns: SQLRow {
    let row: PostgresRow

    func integer(_ column: Int) -> Int64? { row.integer(column) }
    func text(_ column: Int) -> String? { row.text(column) }
    func bytes(_ column: Int) -> [UInt8]? { row.bytes(column) }
  }
}

extension SQLValue {
  fileprivate var parameter: PostgresParameter {
    switch self {
    case .integer(let number): .integer(number)
    case .text(let text): .text(PostgresText.held(text))
    case .bytes(let bytes): .bytes(bytes)
    }
  }
}
