import Redis

/// Tells workers of a service to look at their leases at once.
struct Wake {
  let namespace: Namespace
  let service: String

  /// All that work for the service.
  func wakeAll(on connection: Connection) async throws {
    try await wake(try await connection.strings(["HKEYS", namespace.roster(service)]), on: connection)
  }

  func wake(_ workers: [String], on connection: Connection) async throws {
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
