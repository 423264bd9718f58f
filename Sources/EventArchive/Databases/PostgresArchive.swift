import Foundation
import PostgreSQL

/// An archive in PostgreSQL, by who reads: each time in a transaction in which nothing can be changed.
struct PostgresArchive: ArchiveHome {
  private let link: PostgresLink

  /// Opens one that is there.
  init(_ url: PostgresURL, of domain: ArchiveDomain) throws(ArchiveProblem) {
    link = PostgresLink(url)
    let isArchive: Bool
    do {
      isArchive = try has("events") && has("archive")
    } catch let problem as ArchiveProblem {
      throw problem
    } catch {
      throw ArchiveProblem("the archive \(url) can't be read: \(error)")
    }
    guard isArchive else {
      throw ArchiveProblem("there is no archive in \(url): it has no table events; \(domain.advice.find)")
    }
  }

  /// Its connection is made again when it has ended.
  var isCurrent: Bool { true }

  func has(_ name: String) throws -> Bool {
    try link.transaction(.reading) { try PostgresDatabase(connection: $0).has(name) }
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result
  ) async throws -> Result {
    try await link.inTransaction(.reading) { try body(PostgresDatabase(connection: $0)) }
  }

  /// With its indexes.
  func size() async throws -> Int {
    try await read { try $0.number("SELECT pg_total_relation_size('events')") ?? 0 }
  }

  func query(
    _ sql: String, onColumns: @escaping @Sendable ([String]) throws -> Void,
    onRow: @escaping @Sendable ([QueryValue]) throws -> Void
  ) async throws {
    // One statement is all that is taken, so that none ends the transaction in which nothing can be changed.
    try await link.inTransaction(.reading) { connection in
      do {
        try connection.rows(
          sql, [], .text, onColumns: onColumns,
          onRow: { row in try onRow((0..<row.count).map { QueryValue(row, $0) }) })
      } catch let error as PostgresError {
        throw Self.problem(of: error, in: sql)
      }
    }
  }

  /// What is wrong with a statement, as it is said of SQLite's; what is not its fault stays what it is.
  private static func problem(of error: PostgresError, in sql: String) -> any Error {
    switch error.state {
    case "25006": return ReadStatement.writes
    // One statement is all that this way of asking takes; and nobody gives it parameters.
    case "42601" where error.description.contains("multiple commands"): return ReadStatement.several
    case "42P02", "08P01": return ReadStatement.parameters
    case let state where state.hasPrefix("42") && error.kind == .other:
      let offset = error.position.map { sql.unicodeScalars.prefix($0 - 1).reduce(0) { $0 + UTF8.width($1) } }
      return StatementMistake(message: error.description, offset: offset)
    case "": return error
    default: return error.kind == .other ? ArchiveProblem(error.description) : error
    }
  }
}

extension QueryValue {
  /// A value as PostgreSQL prints it.
  fileprivate init(_ row: PostgresRow, _ column: Int) {
    guard let text = row.text(column) else {
      self = .null
      return
    }
    self =
      switch row.type(column) {
      // bool; int8, int2, int4, oid; float4, float8, numeric; bytea.
      case 16: .integer(text == "t" ? 1 : 0)
      case 20, 21, 23, 26: Int64(text).map { .integer($0) } ?? .text(text)
      case 700, 701, 1700:
        Int64(text).map { row.type(column) == 1700 ? .integer($0) : .real(Double($0)) }
          ?? Double(text).flatMap { $0.isFinite ? .real($0) : nil } ?? .text(text)
      case 17: Self.bytes(Array(text.utf8.dropFirst(2))).map { .bytes($0) } ?? .text(text)
      default: .text(text)
      }
  }

  /// Of hexadecimal digits.
  private static func bytes(_ digits: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count - 1, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
