public import Redis

extension Topic {
  /// Removes a topic for good: its logs, and all that services know and have stored. Nobody may be using it.
  public static func remove(_ name: String, from connection: Connection) async throws {
    var scan = KeyScan(matching: "\(KeyScan.literal(name)):*", on: connection)
    while let keys = try await scan.next() {
      if !keys.isEmpty { _ = try await connection.call(["UNLINK"] + keys) }
    }
  }
}
