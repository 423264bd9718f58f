public import EventStreams
import HTTPTypes
public import HiredisClient
import Synchronization

/// The namespace that a server serves, and the connections on which it looks at it.
///
/// The server may be started before Redis, and before anybody has published: the namespace is looked for when it is asked for, and again after
/// something went wrong.
public final class Deployment: Sendable {
  /// The namespace's name.
  public let name: String
  /// Where it is.
  public let redis: RedisURL
  private let connections: [Connection]
  private let next = Atomic(0)
  private struct Known {
    var namespace: Namespace?
    /// The server has the functions that change things.
    var isOpen = false
  }
  private let known = Mutex(Known())

  /// A namespace that may not be there yet.
  ///
  /// - Parameters:
  ///   - name: what all its keys begin with.
  ///   - redis: where it is.
  ///   - connections: how many requests are answered at once.
  public init(_ name: String, redis: RedisURL, connections: Int = 4) {
    self.name = name
    self.redis = redis
    self.connections = (0..<connections).map { _ in Connection(redis, options: Self.options) }
  }

  /// Who waits for an answer waits behind others: a server that says nothing is given up soon.
  public static let options: ConnectionOptions = {
    var options = ConnectionOptions(connectTimeout: .seconds(2), responseTimeout: .seconds(5))
    options.clientName = "rides-http"
    return options
  }()

  private var connection: Connection {
    connections[next.wrappingAdd(1, ordering: .relaxed).oldValue & .max % connections.count]
  }

  /// Looks at the namespace.
  ///
  /// - Parameters:
  ///   - context: the request that it is done for; nil if it is none's.
  ///   - body: gets the namespace and a connection.
  /// - Throws: a `Problem` if the namespace isn't there; what `body` throws.
  public func look<Value: Sendable>(
    for context: APIContext? = nil, _ body: (Namespace, Connection) async throws -> Value
  ) async throws -> Value {
    try await use(context, isOpen: false, body)
  }

  /// Changes something in the namespace, which must be there.
  ///
  /// - Parameters:
  ///   - context: the request that it is done for.
  ///   - body: gets the namespace and a connection.
  /// - Throws: a `Problem` if the namespace isn't there; what `body` throws.
  public func change<Value: Sendable>(
    for context: APIContext, _ body: (Namespace, Connection) async throws -> Value
  ) async throws -> Value {
    try await use(context, isOpen: true, body)
  }

  private func use<Value: Sendable>(
    _ context: APIContext?, isOpen: Bool, _ body: (Namespace, Connection) async throws -> Value
  ) async throws -> Value {
    let connection = connection
    func run() async throws -> Value {
      do {
        return try await body(try await namespace(isOpen, connection), connection)
      } catch let error as RedisError {
        known.withLock { $0 = Known() }
        throw error
      }
    }
    guard let context else { return try await run() }
    return try await context.redisTime.measure { try await run() }
  }

  private func namespace(_ isOpen: Bool, _ connection: Connection) async throws -> Namespace {
    let known = known.withLock { $0 }
    if let namespace = known.namespace, known.isOpen || !isOpen { return namespace }
    let found =
      isOpen
      ? try await Namespace.openExisting(name, on: connection) : try await Namespace.find(name, on: connection)
    guard let found else {
      throw Problem(.serviceUnavailable, .nothingPublished, "nobody has published to '\(name)' yet").retryable(after: 5)
    }
    self.known.withLock { $0 = Known(namespace: found, isOpen: isOpen) }
    return found
  }
}
