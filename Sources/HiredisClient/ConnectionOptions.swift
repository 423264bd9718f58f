/// How a connection behaves; the defaults suit a server in the same data centre.
public struct ConnectionOptions: Sendable, Hashable {
  /// How long connecting may take.
  public var connectTimeout: Duration
  /// How long the server may be silent while a reply is due; must be longer than any `BLOCK` that is sent.
  public var responseTimeout: Duration
  /// What `CLIENT LIST` shows for the connection; no spaces.
  public var clientName: String?
  /// How long a TCP connection is idle before the kernel asks whether the other side still lives; `nil` for never.
  public var keepAlive: Duration?
  /// Whether a server that follows another will do: for looking at it, and for making it a master.
  public var acceptsReplica: Bool
  /// Whether commands for a node of a cluster that can't be reached are answered with an error each, so that the answers of the other nodes
  /// are not lost with it; and that one node keeps the others waiting for two seconds at the most.
  public var toleratesLostNodes: Bool

  /// Options.
  ///
  /// - Parameters:
  ///   - connectTimeout: How long connecting may take.
  ///   - responseTimeout: How long the server may be silent while a reply is due; longer than any `BLOCK`.
  ///   - clientName: What `CLIENT LIST` shows for the connection.
  ///   - keepAlive: The interval of TCP keepalive probes, in whole seconds.
  ///   - acceptsReplica: Whether a server that follows another will do.
  ///   - toleratesLostNodes: Whether the answers of a cluster's other nodes are wanted where one can't be reached.
  public init(
    connectTimeout: Duration = .seconds(5), responseTimeout: Duration = .seconds(10), clientName: String? = nil,
    keepAlive: Duration? = .seconds(15), acceptsReplica: Bool = false,
    toleratesLostNodes: Bool = false
  ) {
    self.connectTimeout = connectTimeout
    self.responseTimeout = responseTimeout
    self.clientName = clientName
    self.keepAlive = keepAlive
    self.acceptsReplica = acceptsReplica
    self.toleratesLostNodes = toleratesLostNodes
  }
}
