/// A database that runs statements and yields rows, in one transaction: what all is written against that is done with archives,
/// whatever keeps them.
package protocol ArchiveDatabase {
  /// In which it is asked what each says in its own way.
  var dialect: SQLDialect { get }

  /// Runs one statement, with `?` for each of its values, and hands over its rows as they come.
  func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Void) throws

  /// Runs statements without values.
  func execute(_ sql: String) throws

  /// Whether there is a table, a view or an index.
  func has(_ name: String) throws -> Bool

  /// Adds rows at places that are free.
  ///
  /// - Parameter subject: of which each row has the column.
  func insert(_ rows: [ChainedRow], _ subject: ArchiveDomain.Subject?) throws
}

/// A row of a result, while it is handed over: columns from 0.
package protocol SQLRow {
  /// A whole number; nil for nothing.
  func integer(_ column: Int) -> Int64?
  /// Text; nil for nothing.
  func text(_ column: Int) -> String?
  /// Bytes; nil for nothing.
  func bytes(_ column: Int) throws -> [UInt8]?
}

/// A value that a statement is given.
package enum SQLValue: Sendable {
  case integer(Int64)
  case text(String)
  case bytes([UInt8])
}

extension ArchiveDatabase {
  /// What is made of all rows.
  package func all<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ body: (any SQLRow) throws -> Value
  ) throws -> [Value] {
    var found: [Value] = []
    try rows(sql, values) { found.append(try body($0)) }
    return found
  }

  /// What is made of the first row; nil if there is none.
  package func first<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ body: (any SQLRow) throws -> Value
  ) throws -> Value? {
    var found: Value?
    try rows(sql, values) { row in if found == nil { found = try body(row) } }
    return found
  }

  /// The number in the first row; nil if there is none, or nothing in it.
  package func number(_ sql: String, _ values: [SQLValue] = []) throws -> Int? {
    try first(sql, values) { $0.integer(0) }.flatMap { $0 }.map { Int($0) }
  }
}

/// Where an archive is kept: gives one state of it to who reads, whatever is written meanwhile.
package protocol ArchiveHome: Sendable {
  /// Reads one state of it.
  func read<Result: Sendable>(_ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result) async throws -> Result

  /// Runs one statement of somebody's own that reads.
  ///
  /// - Parameters:
  ///   - onColumns: is told the columns' names, once, before any row.
  ///   - onRow: gets each row; it may throw to end the statement.
  /// - Throws: a ``StatementMistake`` if it is no such statement.
  func query(
    _ sql: String, onColumns: @escaping @Sendable ([String]) throws -> Void,
    onRow: @escaping @Sendable ([QueryValue]) throws -> Void
  ) async throws

  /// False if something else is there by now.
  var isCurrent: Bool { get }

  /// Whether there is a table or an index.
  func has(_ name: String) throws -> Bool

  /// How much room it takes, in bytes.
  func size() async throws -> Int
}

/// Where an archive is kept by who writes to it.
protocol ArchiveStoreHome: Sendable {
  /// Reads one state of it.
  func read<Result: Sendable>(_ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result) async throws -> Result

  /// Changes it in one transaction, which is on disk when this returns.
  func write<Result: Sendable>(_ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result) async throws
    -> Result

  /// Its name, at the start.
  func name(_ body: @Sendable (any ArchiveDatabase) throws -> String) throws -> String

  /// Takes in that its worker stops.
  func finish() async
}

/// A step by which an archive's tables come to be what they are; each is done once.
struct ArchiveStep: Sendable {
  let name: String
  let run: @Sendable (any ArchiveDatabase) throws -> Void
}

/// What is wrong with a statement of somebody's own, in the words of the database.
package struct StatementMistake: Error {
  let message: String
  /// Where in the statement, in bytes; nil if nobody says.
  var offset: Int?
}
