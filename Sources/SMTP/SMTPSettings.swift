/// Where mail is handed in, and as whom.
public struct SMTPSettings: Sendable, Hashable {
  /// How the connection is encrypted.
  public enum Security: String, Sendable, Hashable {
    /// From the first byte (RFC 8314).
    case implicit
    /// After STARTTLS, without which nothing is sent (RFC 3207).
    case startTLS = "starttls"
    /// Not at all: for a server on this machine.
    case none
  }

  /// The server's name or address.
  public var host: String
  /// Its port.
  public var port: Int
  /// How the connection is encrypted.
  public var security: Security
  /// Who logs in; nil if nobody does.
  public var user: String?
  /// The user's password.
  public var password: String?
  /// A file of certificates to trust instead of the system's.
  public var authorities: String?
  /// How many connections are open at once at the most.
  public var connections = 4
  /// What we call ourselves.
  public var name = "localhost"
  /// How long each answer may take, in seconds, but for the one after the text.
  public var timeout = 60
  /// How long the answer after the text may take, in seconds: a mail that is sent again because it was late comes twice.
  public var textTimeout = 600

  /// A server without a user.
  public init(host: String, port: Int, security: Security) {
    self.host = host
    self.port = port
    self.security = security
  }
}

extension SMTPSettings: CustomStringConvertible {
  /// Without the password: `smtp://user@host:587`.
  public var description: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return "\(security == .implicit ? "smtps" : "smtp")://\(user.map { "\($0)@" } ?? "")\(host):\(port)"
  }
}
