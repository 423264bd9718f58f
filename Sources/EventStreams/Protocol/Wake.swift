package import HiredisClient

/// Tells workers of a service to look at their leases at once.
package struct Wake {
  package let namespace: Namespace
  package let service: String

  package init(namespace: Namespace, service: String) {
    self.namespace = namespace
    self.service = service
  }

  /// All that work for the service.
  package func wakeAll(on connection: Connection) async throws {
    try await wake(try await connection.strings(["HKEYS", namespace.roster(service)]), on: connection)
  }

  package func wake(_ workers: [String], on connection: Connection) async throws {
    guard !workers.isEmpty else { return }
    var commands = Commands()
    for worker in workers {
      let key = namespace.wake(service, worker)
      commands.append("RPUSH", key, "look")
      // Nobody may be listening any more.
      commands.append("PEXPIRE", key, "10000")
    }
    _ = try await connection.send(commands)
  }
}
