/// Where a server listens.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
  /// A host's name or address, and a port; 0 for any that is free.
  case tcp(host: String, port: Int)
  /// The path of a Unix socket.
  case unix(path: String)

  /// Reads `127.0.0.1:8080`, `[::1]:8080`, `:8080` (of this machine only), or `unix:/run/rides.sock`; nil if it is none.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      // What the address of a socket has room for.
      guard !path.isEmpty, path.utf8.count < 104 else { return nil }
      self = .unix(path: path)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    self = .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
  }

  /// True if nobody on another machine can reach it.
  public var isLocal: Bool {
    switch self {
    case .unix: true
    case .tcp(let host, _): host == "localhost" || host == "::1" || Self.isLoopback(host)
    }
  }

  /// 127.0.0.0/8, in four numbers: shorter ways to write it are names to some.
  private static func isLoopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
  }

  /// As it is written.
  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }
}
