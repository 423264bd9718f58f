public import HiredisClient

/// The pauses of a namespace's services. They are kept in Redis until they are over or taken back, and workers look for them before they take
/// a shard, when they are woken, and at least with every renewal of their leases.
public struct Pauses: Sendable {
  private let namespace: Namespace
  private let connection: Connection

  /// The pauses of a namespace.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// All that are on, by service.
  public func list() async throws -> [Identifier: [Pause]] {
    var pauses: [Identifier: [Pause]] = [:]
    let now = Timestamp.now()
    for (field, json) in [Identifier: String](alternating: try await fields()) {
      var parser = JSONParser()
      // What is no pause pauses nothing.
      guard let pause = try? Pause(from: parser.parse(json.utf8.span)), pause.isOn(at: now) else { continue }
      pauses[Self.service(of: field), default: []].append(pause)
    }
    return pauses.mapValues { $0.sorted { $0.since < $1.since } }
  }

  /// Nothing where the key holds something else: that stops no service.
  private func fields() async throws -> [String] {
    do throws(RedisError) {
      return try await connection.strings(["HGETALL", namespace.paused])
    } catch {
      guard error.concernsOneShard, !error.concernsOneNode else { throw error }
      return []
    }
  }

  /// Pauses a service from now on; another pause of the same is forgotten.
  public func add(_ pause: Pause, to service: String) async throws {
    let json = String(decoding: JSONWriter.bytes(of: pause), as: UTF8.self)
    _ = try await connection.call("HSET", namespace.paused, Self.field(service, pause.scope), json)
    try await wake(service)
  }

  /// Takes a pause back.
  ///
  /// - Parameters:
  ///   - scope: nil for all of the service's.
  ///   - service: the service that is to go on.
  /// - Returns: those that were on.
  public func remove(_ scope: Pause.Scope?, from service: String) async throws -> [Pause] {
    let all = try await list()[Identifier(service)] ?? []
    let removed = scope.map { scope in all.filter { $0.scope == scope } } ?? all
    guard !removed.isEmpty else { return [] }
    _ = try await connection.call(["HDEL", namespace.paused] + removed.map { Self.field(service, $0.scope) })
    try await wake(service)
    return removed
  }

  private func wake(_ service: String) async throws {
    try await Wake(namespace: namespace, service: service).wakeAll(on: connection)
  }

  // A service's name holds no blank.

  private static func field(_ service: String, _ scope: Pause.Scope) -> String {
    switch scope {
    case .service: service
    case .type(let type): "\(service) type \(type.rawValue)"
    case .key(let key): "\(service) key \(key.text)"
    }
  }

  private static func service(of field: Identifier) -> Identifier {
    Identifier(String(field.text.prefix { $0 != " " }))
  }
}
