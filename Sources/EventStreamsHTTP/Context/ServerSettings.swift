/// How a server behaves.
public struct ServerSettings: Sendable {
  /// Where it listens.
  public var address: ListenAddress
  /// Refuses every call that changes anything.
  public var isReadOnly = false
  /// What it shows to clients that connect by TLS, which all must then; nil if it speaks without encryption.
  public var certificate: ServerCertificate?
  /// Who may do what; nil if everybody who reaches it may do everything, which only a local address allows.
  public var tokens: TokenFile?
  /// Names by which it may be called besides its own address: what a proxy in front of it is called.
  public var hosts: [String] = []
  /// The word before `serve`, for texts that say what to type.
  public var program = "rides"

  /// How long answering a request may take, besides what its client wants to wait.
  package var requestTime = Limit.request

  /// What its addresses begin with.
  public var scheme: String { certificate == nil ? "http" : "https" }

  /// The usual settings.
  public init(address: ListenAddress) { self.address = address }

  /// What a server takes of its clients, and how long it waits for them.
  enum Limit {
    static let eventBody = 1024 * 1024
    static let streamedBody = 64 * 1024 * 1024
    static let line = 256 * 1024
    static let headBytes = 16 * 1024
    static let headFields = 100
    /// For the head of a connection's first request.
    static let head = Duration.seconds(10)
    /// For the handshake of a connection by TLS.
    static let handshake = Duration.seconds(10)
    static let idle = Duration.seconds(60)
    /// For answering a request, its body included.
    static let request = Duration.seconds(30)
    static let connections = 1024
    static let streams = 256
  }

  /// For how many seconds an answer may be waited for.
  package static let longestWait = 60

  /// Why it can't be served so; nil if it can.
  public var problem: String? {
    guard tokens == nil, !address.isLocal else { return nil }
    return
      "without tokens everybody who reaches the server may do everything, so it listens on this machine only, and \(address) is not that: name a file of tokens, or listen on 127.0.0.1"
  }
}
