extension RedisError {
  /// The kind of a failure; more kinds may be added.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The kind's name.
    public let rawValue: String

    /// A kind by name.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The kind's name.
    public var description: String { rawValue }

    /// Nobody listens there (yet): a refused port, or a Unix socket that does not exist.
    public static let connectionRefused = Code(rawValue: "connectionRefused")
    /// The host's name or address leads nowhere.
    public static let unreachable = Code(rawValue: "unreachable")
    /// No connection, or no answer, within the time allowed.
    public static let timeout = Code(rawValue: "timeout")
    /// The server, or something between, ended the connection.
    public static let connectionClosed = Code(rawValue: "connectionClosed")
    /// What came is not RESP.
    public static let protocolViolation = Code(rawValue: "protocolViolation")
    /// The reply is valid, but not of the shape that the caller reads.
    public static let unexpectedReply = Code(rawValue: "unexpectedReply")
    /// No login, or a wrong one (`NOAUTH`, `WRONGPASS`), or none from elsewhere without one (`DENIED`).
    public static let authentication = Code(rawValue: "authentication")
    /// The user may not do this (`NOPERM`).
    public static let noPermission = Code(rawValue: "noPermission")
    /// The server still reads its data set from disk (`LOADING`).
    public static let serverLoading = Code(rawValue: "serverLoading")
    /// The server has reached `maxmemory` (`OOM`), or this process got no memory for a reply.
    public static let outOfMemory = Code(rawValue: "outOfMemory")
    /// The server is a replica (`READONLY`), or became one while a command waited (`UNBLOCKED`).
    public static let readOnly = Code(rawValue: "readOnly")
    /// The server refuses writes because it can't persist them (`MISCONF`).
    public static let persistenceFailure = Code(rawValue: "persistenceFailure")
    /// Too few replicas are connected to accept a write (`NOREPLICAS`).
    public static let notEnoughReplicas = Code(rawValue: "notEnoughReplicas")
    /// The replica has lost its master (`MASTERDOWN`).
    public static let masterDown = Code(rawValue: "masterDown")
    /// The server accepts no more clients.
    public static let tooManyClients = Code(rawValue: "tooManyClients")
    /// Another node of the cluster owns the key's slot (`MOVED`, `ASK`).
    public static let clusterRedirect = Code(rawValue: "clusterRedirect")
    /// The cluster can't serve the key's slot at the moment (`CLUSTERDOWN`, `TRYAGAIN`).
    public static let clusterUnavailable = Code(rawValue: "clusterUnavailable")
    /// The consumer group or its stream does not exist (`NOGROUP`).
    public static let noGroup = Code(rawValue: "noGroup")
    /// The consumer group exists already (`BUSYGROUP`).
    public static let busyGroup = Code(rawValue: "busyGroup")
    /// The function is not loaded into this server.
    public static let functionMissing = Code(rawValue: "functionMissing")
    /// The key holds another type of value (`WRONGTYPE`).
    public static let wrongType = Code(rawValue: "wrongType")
    /// A script or function has run for too long, and the server serves nobody else (`BUSY`).
    public static let busyScript = Code(rawValue: "busyScript")
    /// The text is no Redis URL.
    public static let invalidURL = Code(rawValue: "invalidURL")
    /// TLS came to nothing: a certificate or a name that isn't accepted, by either side, or a file that can't be read.
    public static let tls = Code(rawValue: "tls")
    /// The server is of a kind that these connections can't use.
    public static let unsupportedServer = Code(rawValue: "unsupportedServer")
    /// Any other error that the server answered.
    public static let server = Code(rawValue: "server")

    var isRetriable: Bool {
      switch self {
      case .connectionRefused, .unreachable, .timeout, .connectionClosed, .serverLoading, .outOfMemory, .readOnly,
        .persistenceFailure, .notEnoughReplicas, .masterDown, .tooManyClients, .clusterRedirect, .clusterUnavailable,
        .busyScript:
        true
      default: false
      }
    }
  }
}
