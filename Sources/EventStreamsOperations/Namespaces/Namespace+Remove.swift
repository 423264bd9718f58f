public import EventStreams
public import HiredisClient

extension Namespace {
  /// Removes a namespace for good: its logs, and all that services know and have stored. Nobody may be using it.
  public static func remove(_ name: String, from connection: Connection) async throws {
    if let problem = NameRule.problem(withNamespace: name) { throw NamespaceError.name(problem) }
    let namespace = Namespace(name, shardCount: 1)
    var scan = KeyScan(matching: "\(KeyScan.literal(name)):*", on: connection)
    try await scan.removeAll(where: namespace.owns)
  }
}
