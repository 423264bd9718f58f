public import Redis

extension Topic {
  /// Removes a topic for good: its logs, and all that services know and have stored. Nobody may be using it.
  public static func remove(_ name: String, from connection: Connection) async throws {
    let escaped = name.map { "*?[]\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
    var cursor = "0"
    repeat {
      let page = try Self.page(of: await connection.call("SCAN", cursor, "MATCH", "\(escaped):*", "COUNT", "1000"))
      if !page.keys.isEmpty { _ = try await connection.call(["UNLINK"] + page.keys) }
      cursor = page.cursor
    } while cursor != "0"
  }

  private static func page(of reply: borrowing Reply) throws -> (cursor: String, keys: [String]) {
    (try reply.root[0].string(), try reply.root[1].strings())
  }
}
