/// Queries of the archive in SQL, on the views of its domain.
public struct ArchiveQuery: Sendable {
  private let home: any ArchiveHome
  private let domain: ArchiveDomain

  /// Queries of an archive.
  ///
  /// - Parameters:
  ///   - path: of its file, or the URL of its database.
  ///   - domain: what its events are.
  public init(path: String, of domain: ArchiveDomain) throws(ArchiveProblem) {
    home = try ArchivePlace(path).open(domain)
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
    do {
      try await home.query(sql, onColumns: onColumns, onRow: onRow)
    } catch let mistake as StatementMistake {
      throw ArchiveProblem(QueryMistake(sql: sql, domain: domain, mistake: mistake).text)
    }
  }
}
