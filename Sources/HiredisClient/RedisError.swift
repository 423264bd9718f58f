/// Why a command, a connection or a URL failed.
public struct RedisError: Error, Sendable, Hashable {
  /// The kind of failure.
  public var code: Code
  /// The server's text without its line end, or the system's text for a failed system call.
  public var message: String
  /// The server's URL without the password, where it is known.
  public var endpoint: String?
  /// Whether the command was sent, at least in part, and its answer never came: it may have taken effect.
  public var mayHaveExecuted: Bool

  /// An error.
  public init(_ code: Code, _ message: String, endpoint: String? = nil, mayHaveExecuted: Bool = false) {
    self.code = code
    self.message = message
    self.endpoint = endpoint
    self.mayHaveExecuted = mayHaveExecuted
  }

  /// Whether waiting and trying again can help without anybody changing the program or the configuration.
  ///
  /// It says nothing about whether trying again is harmless: see ``mayHaveExecuted``.
  public var isRetriable: Bool { code.isRetriable }

  /// The first word of a server's error, e.g. `NOGROUP`: how functions and scripts mark errors of their own.
  public var prefix: Substring { message.prefix { $0 != " " } }
}

extension RedisError: CustomStringConvertible {
  /// One line for people, e.g. `cannot reach Redis at redis://127.0.0.1:6399: Connection refused`.
  public var description: String {
    let place = endpoint.map { "Redis at \($0)" } ?? "Redis"
    switch code {
    case .invalidURL: return "invalid Redis URL: \(message)"
    case .connectionRefused, .unreachable: return "cannot reach \(place): \(message)"
    case .timeout where mayHaveExecuted: return "\(place): \(message)"
    case .timeout: return "cannot reach \(place): \(message)"
    case .connectionClosed: return "lost the connection to \(place): \(message)"
    case .tls: return "cannot connect to \(place): \(message)"
    case .unsupportedServer: return "cannot use \(place): \(message)"
    case .protocolViolation, .unexpectedReply: return "cannot understand \(place): \(message)"
    default: return "\(place) answered: \(message)"
    }
  }
}
