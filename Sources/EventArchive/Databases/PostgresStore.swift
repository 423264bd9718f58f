import PostgreSQL

/// An archive in PostgreSQL, by who writes to it.
struct PostgresStore: ArchiveStoreHome {
  private let link: PostgresLink

  /// Opens one, making its tables if they aren't there.
  init(_ url: PostgresURL, of domain: ArchiveDomain, _ steps: [ArchiveStep]) throws {
    link = PostgresLink(url)
    try link.transaction(.writing) { connection in
      let database = PostgresDatabase(connection: connection)
      // One after the other, of those who open it at the same moment.
      try database.execute("SELECT pg_advisory_xact_lock(hashtext('rides.archive'), hashtext(current_schema()))")
      if try !database.has("archive_steps") {
        if try database.has("events") {
          throw ArchiveProblem(
            "the database \(url) has a table events that is no archive's: give the archive a database of its own, or a schema with ?options=-csearch_path%3Dname"
          )
        }
        try database.execute("CREATE TABLE archive_steps (name TEXT NOT NULL PRIMARY KEY)")
      }
      let done = Set(try database.all("SELECT name FROM archive_steps") { $0.text(0) ?? "" })
      for step in steps where !done.contains(step.name) {
        try step.run(database)
        try database.rows("INSERT INTO archive_steps VALUES (?)", [.text(step.name)]) { _ in }
      }
    }
  }

  func name(_ body: @Sendable (any ArchiveDatabase) throws -> String) throws -> String {
    try link.transaction(.reading) { try body(PostgresDatabase(connection: $0)) }
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result
  ) async throws -> Result {
    try await link.inTransaction(.reading) { try body(PostgresDatabase(connection: $0)) }
  }

  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any ArchiveDatabase) throws -> Result
  ) async throws -> Result {
    try await link.inTransaction(.writing) { try body(PostgresDatabase(connection: $0)) }
  }

  /// Nothing is to be done: what was stored is where it is to be.
  func finish() async {}
}
