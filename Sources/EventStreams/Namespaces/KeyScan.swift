package import HiredisClient

/// Goes through the names of the keys that match a pattern, page by page. A key may come twice.
package struct KeyScan {
  private let connection: Connection
  private let pattern: String
  /// The servers that are not done yet; nil before the first page.
  private var servers: [RedisURL.Address]?
  private var cursor = "0"

  package init(matching pattern: String, on connection: Connection) {
    self.connection = connection
    self.pattern = pattern
  }

  /// Text as it stands for itself in a pattern.
  package static func literal(_ text: String) -> String {
    text.map { "*?[]\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
  }

  /// The next page, which may be empty; nil at the end.
  package mutating func next() async throws -> [String]? {
    var left: [RedisURL.Address]
    if let servers { left = servers } else { left = try await connection.masters() }
    guard let server = left.last else { return nil }
    let page = try Self.page(
      of: await connection.call(["SCAN", cursor, "MATCH", pattern, "COUNT", "5000"], at: server))
    cursor = page.cursor
    if cursor == "0" { left.removeLast() }
    servers = left
    return page.keys
  }

  /// Removes the keys that are left, if they are wanted.
  package mutating func removeAll(where isWanted: (String) -> Bool = { _ in true }) async throws {
    while let keys = try await next() {
      var commands = Commands()
      for key in keys where isWanted(key) { commands.append("UNLINK", key) }
      _ = try await connection.answers(to: commands)
    }
  }

  private static func page(of reply: borrowing Reply) throws(RedisError) -> (cursor: String, keys: [String]) {
    (try reply.root[0].string(), try reply.root[1].strings())
  }
}
