import Foundation

extension SMTPSettings {
  /// A URL is not one of a mail server.
  public struct URLError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and how it is to be written.
    public let description: String

    /// What is wrong; how a URL is to be written follows.
    public init(_ problem: String) {
      description = """
        \(problem); a mail server is given as smtp://user@host:587 (encrypted by STARTTLS) or smtps://user@host:465, with ?ca=FILE for \
        an authority of one's own, ?tls=none for a server on this machine that has no TLS, and ?connections=4
        """
    }
  }

  /// How many connections a client may have open.
  public static let connectionBounds = 1...64

  /// Reads `smtp://user@host:port?tls=none&ca=FILE&connections=4` or `smtps://…`; the port is 587 or 465 unless given.
  ///
  /// - Parameters:
  ///   - url: without a password: everybody on the machine could read it from the list of processes.
  ///   - password: the user's.
  public init(url: String, password: String?) throws(URLError) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme else {
      throw URLError("'\(url)' is no URL")
    }
    let security: Security
    switch scheme.lowercased() {
    case "smtp": security = .startTLS
    case "smtps": security = .implicit
    default: throw URLError("'\(scheme)' is not smtp or smtps")
    }
    guard parts.password == nil else {
      throw URLError("a password in the URL is seen by everybody on this machine: give it in SMTP_PASSWORD or a file")
    }
    guard var host = parts.host, !host.isEmpty else { throw URLError("the URL names no host") }
    guard parts.path.isEmpty || parts.path == "/" else { throw URLError("the URL has a path, '\(parts.path)'") }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    let port = parts.port ?? (security == .implicit ? 465 : 587)
    guard (1...65_535).contains(port) else { throw URLError("there is no port \(port)") }
    self.init(host: host, port: port, security: security)
    for item in parts.queryItems ?? [] {
      switch (item.name, item.value) {
      case ("tls", "none") where security == .startTLS: self.security = .none
      case ("ca", let file?) where !file.isEmpty: authorities = file
      case ("connections", let number?):
        guard let number = Int(number), Self.connectionBounds.contains(number) else {
          throw URLError("connections is '\(number)', and not a whole number from 1 to 64")
        }
        connections = number
      default: throw URLError("'\(item.name)=\(item.value ?? "")' is no setting of a mail server")
      }
    }
    user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
    guard user != nil || password == nil else { throw URLError("there is a password and no user") }
    guard user == nil || password != nil else {
      throw URLError("user \(user ?? "") has no password: give it in SMTP_PASSWORD or a file")
    }
    guard password == nil || self.security != .none || isLoopback else {
      throw URLError("a password is not sent without encryption to another machine")
    }
    self.password = password
  }

  /// True if nothing leaves this machine. A name that looks like an address is another machine's, perhaps.
  private var isLoopback: Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return host == "localhost" || host == "::1" || parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
  }
}
