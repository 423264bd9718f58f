public import EventStreams
public import Redis

extension Namespace {
  /// Removes a namespace for good: its logs, and all that services know and have stored. Nobody may be using it.
  public static func remove(_ name: String, from connection: Connection) async throws {
    if let problem = NameRule.problem(withNamespace: name) { throw NamespaceError.name(problem) }
    let namespace = Namespace(name, shardCount: 1)
    var scan = KeyScan(matching: "\(KeyScan.literal(name)):*", on: connection)
    while let keys = try await scan.next() {
      let owned = keys.filter(namespace.owns)
      var commands = Commands()
      for key in owned { commands.append("UNLINK", key) }
      _ = try await connection.answers(to: commands)
    }
  }
}
