import HiredisClient

/// Finds another worker of the same service that has the same name: each would take for its own what the other does.
struct Namesake: Sendable {
  /// This worker's, called ``clientName(_:_:_:)``.
  let connection: Connection
  let namespace: Namespace
  let service: String
  let settings: WorkerSettings

  /// What the connection is called in `CLIENT LIST` over which a worker keeps its leases.
  static func clientName(_ namespace: Namespace, _ service: String, _ worker: String) -> String {
    "control:\(namespace.name):\(service):\(worker)"
  }

  /// The address of another that works already, or came before this one; nil if there is none that lives.
  func address() async throws -> String? {
    let roster = namespace.roster(service)
    let list: String
    do {
      list = try Self.clients(await connection.call(["CLIENT", "LIST", "TYPE", "normal"], near: roster))
    } catch let error as RedisError where error.code == .noPermission {
      return nil
    }
    let name = Self.clientName(namespace, service, settings.name)
    let works = try await connection.integer(["HEXISTS", roster, settings.name]) == 1
    for line in list.split(whereSeparator: \.isNewline) {
      let fields = Dictionary(
        line.split(separator: " ").map { field in
          let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          return (String(parts[0]), String(parts.last ?? ""))
        }, uniquingKeysWith: { first, _ in first })
      guard fields["name"] == name, let id = fields["id"].flatMap({ Int($0) }),
        let own = connection.clientNumbers.id(for: roster),
        id != own
      else { continue }
      // One that says nothing for so long has lost its leases, or its host: the server notices that late.
      guard let idle = fields["idle"].flatMap({ Int($0) }), .seconds(idle) <= settings.leaseTime + .seconds(1) else {
        continue
      }
      if works || id < own { return fields["addr"] ?? "" }
    }
    return nil
  }

  private static func clients(_ reply: borrowing Reply) throws -> String { try ReaderConnection.clients(reply) }
}
