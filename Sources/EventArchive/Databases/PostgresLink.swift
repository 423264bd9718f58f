import Dispatch
import PostgreSQL
import Synchronization

/// A connection that is made when it is needed, and made again when it has broken. What is done with it is done on a thread of its own,
/// one after the other: it blocks.
final class PostgresLink: Sendable {
  /// How a transaction begins and ends.
  struct Transaction: Sendable {
    let begin: String
    let end: String

    /// One state is seen, and nothing can be changed: nothing stays of whatever a statement calls.
    static let reading = Transaction(
      begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit = off", end: "ROLLBACK")

    /// Who waits for another writer waits so long. And a batch is acknowledged when it is on disk, not before, whatever the server's
    /// settings.
    static let writing = Transaction(
      begin: """
        BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
        SET LOCAL lock_timeout = '30s';
        SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'
        """, end: "COMMIT")
  }

  let url: PostgresURL
  private let queue: DispatchQueue
  private let opened = Mutex<PostgresConnection?>(nil)

  init(_ url: PostgresURL) {
    self.url = url
    queue = DispatchQueue(label: "archive in PostgreSQL")
  }

  /// Does something in a transaction, on this thread.
  ///
  /// - Parameters:
  ///   - kind: whether it may change anything.
  ///   - body: what is done in it.
  func transaction<Result: Sendable>(
    _ kind: Transaction, _ body: @Sendable (PostgresConnection) throws -> Result
  ) throws -> Result {
    try opened.withLock { opened in
      do {
        return try Self.end(kind, body, on: Self.begin(kind, url, &opened))
      } catch let error as PostgresError {
        throw ArchiveProblem(url, error)
      }
    }
  }

  /// Does something in a transaction, while the caller waits without blocking its thread.
  func inTransaction<Result: Sendable>(
    _ kind: Transaction, _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
      queue.async { [self] in
        continuation.resume(with: Swift.Result { try transaction(kind, body) })
      }
    }
  }

  /// A connection on which a transaction has begun.
  private static func begin(
    _ kind: Transaction, _ url: PostgresURL, _ opened: inout PostgresConnection?
  ) throws(PostgresError) -> PostgresConnection {
    if let opened, !opened.isBroken, !opened.isInTransaction {
      do throws(PostgresError) {
        try opened.execute(kind.begin)
        return opened
      } catch {
        // Of a server that was started again meanwhile the connection tells now that it has ended.
        guard error.kind == .unreachable else { throw error }
      }
    }
    opened = nil
    let connection = try PostgresConnection(url)
    opened = connection
    try connection.execute(kind.begin)
    return connection
  }

  private static func end<Result>(
    _ kind: Transaction, _ body: (PostgresConnection) throws -> Result, on connection: PostgresConnection
  ) throws -> Result {
    do {
      let result = try body(connection)
      try connection.execute(kind.end)
      return result
    } catch {
      // If not even that is possible, the connection is not used again.
      try? connection.execute("ROLLBACK")
      throw error
    }
  }
}
