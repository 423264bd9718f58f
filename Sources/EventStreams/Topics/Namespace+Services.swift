public import Redis

/// The services that a namespace is for: what has to be kept for them, and whether they are done, is known before they ever ran.
extension Namespace {
  /// Their names, in the order they were given; empty if nobody has said.
  public func services(on connection: Connection) async throws -> [String] {
    Self.names(try await connection.call("HGET", configuration, "services"))
  }

  private static func names(_ reply: borrowing Reply) -> [String] {
    reply.root.lossyText.split(separator: " ").map(String.init)
  }

  /// Makes the groups of those that never ran, at the beginning of each shard's log.
  func found(on connection: Connection) async throws {
    let services = try await services(on: connection)
    guard !services.isEmpty else { return }
    var commands = Commands()
    for shard in shards {
      commands.append(FoundCall(namespace: self, shard: shard, services: services))
    }
    _ = try await connection.answers(to: commands)
  }

  /// Takes a service off the list, or puts it there.
  func setService(_ name: String, isListed: Bool, on connection: Connection) async throws {
    try await connection.call(ServicesCall(namespace: self, service: name, isListed: isListed))
  }
}
