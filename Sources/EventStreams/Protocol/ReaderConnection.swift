import HiredisClient

/// The connection that a worker reads with, as a lease names it.
struct ReaderConnection: Sendable {
  /// The server's number for it.
  let client: String
  /// Whose it is.
  let worker: String

  /// What a worker's reading connection is called in `CLIENT LIST`.
  static func name(of worker: String) -> String { "reader:\(worker)" }

  /// Those that a lease names: a line `<CLIENT ID> <worker>` each.
  static func list(_ lines: String) -> [ReaderConnection] {
    lines.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 1)
      return words.count == 2 ? ReaderConnection(client: String(words[0]), worker: String(words[1])) : nil
    }
  }

  /// Closes it, if it is still that worker's: the server's numbers begin anew when it starts.
  ///
  /// - Parameters:
  ///   - connection: another one.
  ///   - key: what it reads is where this is.
  func close(over connection: Connection, near key: String) async throws {
    let description = try Self.clients(await connection.call(["CLIENT", "LIST", "ID", client], near: key))
    guard description.contains(" name=\(Self.name(of: worker)) ") else { return }
    _ = try await connection.call(["CLIENT", "KILL", "ID", client], near: key)
  }

  /// What `CLIENT LIST` says. A server cuts the path of its socket short, in the middle of a character too.
  static func clients(_ reply: borrowing Reply) throws(RedisError) -> String { reply.root.lossyText }
}
