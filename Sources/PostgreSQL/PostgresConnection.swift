import CPostgreSQL
import Foundation

/// A connection to a database. It blocks the thread that uses it, one at a time.
public final class PostgresConnection {
  /// How values of a result are written.
  public enum Format: Int32, Sendable {
    /// As PostgreSQL prints them.
    case text = 0
    /// As its binary protocol has them.
    case binary = 1
  }

  private let connection: OpaquePointer

  /// Connects, within ten seconds unless the URL gives it another time.
  public init(_ url: PostgresURL) throws(PostgresError) {
    var options = [
      "fallback_application_name": "rides", "connect_timeout": "10",
      // A server that has vanished without a word is noticed within half a minute.
      "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "30000",
    ]
    options.merge(url.options) { $1 }
    options["client_encoding"] = "UTF8"
    let sorted = options.sorted { $0.key < $1.key }
    let opened = Self.withTexts(sorted.map(\.key)) { keywords in
      Self.withTexts(sorted.map(\.value)) { PQconnectdbParams(keywords, $0, 0) }
    }
    guard let opened else { throw PostgresError(.unreachable, "there is no memory for a connection") }
    connection = opened
    rides_pg_ignore_notices(opened)
    guard PQstatus(opened) == CONNECTION_OK else {
      // Of several addresses each has a line.
      throw PostgresError(connecting: Self.line(PQerrorMessage(opened)))
    }
  }

  deinit { PQfinish(connection) }

  /// Whether it is of no use any more.
  public var isBroken: Bool { PQstatus(connection) != CONNECTION_OK }

  /// Whether a transaction is open, or has failed and was not ended.
  public var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

  /// Runs statements that take no values and give no rows, in one transaction unless they open one.
  public func execute(_ sql: String) throws(PostgresError) {
    guard PQsendQuery(connection, sql) == 1 else { throw lost() }
    try drain()
  }

  /// Runs one statement, and hands over its rows as they come; none is kept.
  ///
  /// - Parameters:
  ///   - sql: with `$1`, `$2` and so on.
  ///   - onColumns: is told the columns' names, once, before any row.
  ///   - onRow: gets each row. If it throws, the statement is cancelled.
  public func rows(
    _ sql: String, _ parameters: [PostgresParameter] = [], _ format: Format = .binary,
    onColumns: ([String]) throws -> Void = { _ in }, onRow: (PostgresRow) throws -> Void
  ) throws {
    try send(sql, parameters, format)
    _ = PQsetSingleRowMode(connection)
    var isFirst = true
    while let result = PQgetResult(connection) {
      defer { PQclear(result) }
      let status = PQresultStatus(result)
      guard status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
        let error = error(of: result)
        try? drain()
        throw error
      }
      do {
        if isFirst {
          isFirst = false
          try onColumns((0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) })
        }
        if status == PGRES_SINGLE_TUPLE { try onRow(PostgresRow(result: result)) }
      } catch {
        cancel()
        try? drain()
        throw error
      }
    }
    if isBroken { throw lost() }
  }

  /// Gives a COPY statement what it reads.
  ///
  /// - Parameters:
  ///   - sql: `COPY … FROM STDIN …`
  ///   - bytes: in the format that the statement names.
  public func copy(_ sql: String, _ bytes: [UInt8]) throws(PostgresError) {
    guard PQsendQuery(connection, sql) == 1 else { throw lost() }
    guard let begun = PQgetResult(connection) else { throw lost() }
    defer { PQclear(begun) }
    guard PQresultStatus(begun) == PGRES_COPY_IN else {
      let error = error(of: begun)
      try? drain()
      throw error
    }
    let sent = bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: Self.chunk).allSatisfy { start in
        let chunk = bytes[start..<min(bytes.count, start + Self.chunk)]
        let address = UnsafeRawBufferPointer(rebasing: chunk).assumingMemoryBound(to: CChar.self).baseAddress
        return PQputCopyData(connection, address, Int32(chunk.count)) == 1
      }
    }
    guard sent, PQputCopyEnd(connection, nil) == 1 else { throw lost() }
    try drain()
  }

  private static let chunk = 1 << 20

  private func send(_ sql: String, _ parameters: [PostgresParameter], _ format: Format) throws(PostgresError) {
    let values = parameters.map(\.binary)
    let bytes = values.flatMap { $0 ?? [] }
    let sent = bytes.withUnsafeBytes { all in
      var start = 0
      // Of an empty text the address must not be null, which means nothing; the byte is not looked at.
      let pointers = values.map { value -> UnsafePointer<CChar>? in
        guard let value else { return nil }
        defer { start += value.count }
        return value.isEmpty ? Self.empty : all.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
      }
      return PQsendQueryParams(
        connection, sql, Int32(parameters.count), parameters.map(\.type), pointers,
        values.map { Int32($0?.count ?? 0) },
        values.map { _ in 1 }, format.rawValue)
    }
    guard sent == 1 else { throw lost() }
  }

  /// A byte that is never freed and never written to after this, so that all threads may point to it.
  nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = {
    let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    byte.pointee = 0
    return UnsafePointer(byte)
  }()

  /// Takes what is left of the results of a statement; the first error is thrown.
  private func drain() throws(PostgresError) {
    var found: PostgresError?
    while let result = PQgetResult(connection) {
      let status = PQresultStatus(result)
      if status != PGRES_COMMAND_OK, status != PGRES_TUPLES_OK, status != PGRES_SINGLE_TUPLE, found == nil {
        found = error(of: result)
      }
      PQclear(result)
      // Of a connection that has broken in the middle of a COPY there is no end.
      if isBroken { break }
    }
    if let found { throw found }
    if isBroken { throw lost() }
  }

  /// Has the server end the statement that is running.
  private func cancel() {
    guard let cancel = PQgetCancel(connection) else { return }
    defer { PQfreeCancel(cancel) }
    var text = [CChar](repeating: 0, count: 256)
    _ = PQcancel(cancel, &text, Int32(text.count))
  }

  private func error(of result: OpaquePointer) -> PostgresError {
    func part(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
    guard !isBroken, let state = part(rides_pg_sqlstate), let message = part(rides_pg_message) else { return lost() }
    return PostgresError(state: state, message, position: part(rides_pg_position).flatMap { Int($0) })
  }

  private func lost() -> PostgresError { PostgresError(.unreachable, Self.line(PQerrorMessage(connection))) }

  /// What libpq says on several lines, on one.
  private static func line(_ text: UnsafePointer<CChar>?) -> String {
    let lines = text.map { String(cString: $0) } ?? ""
    return lines.split(whereSeparator: \.isNewline).joined(separator: "; ").replacing("\t", with: " ")
  }

  /// A list of texts as C has it, with a null at its end.
  private static func withTexts<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let pointers = copies.map { $0.map { UnsafePointer($0) } } + [nil]
    return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
