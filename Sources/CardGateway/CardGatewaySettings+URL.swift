import Foundation

extension CardGatewaySettings {
  /// A URL is not one of a gateway, or there is no key for it.
  public struct URLError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and how it is to be written.
    public let description: String

    /// What is wrong; how a URL is to be written follows.
    public init(_ problem: String) {
      description = """
        \(problem); a gateway is given as https://api.stripe.com, with ?ca=FILE for an authority of one's own and ?return=URL for where a \
        rider comes back to from the bank; http:// is for a gateway on this machine
        """
    }
  }

  /// Reads `https://host:port?ca=FILE&return=URL`.
  ///
  /// - Parameters:
  ///   - url: without the key: everybody on the machine could read it from the list of processes.
  ///   - key: the account's secret key.
  public init(reading url: String, key: String?) throws(URLError) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
      throw URLError("'\(url)' is no URL")
    }
    guard parts.user == nil, parts.password == nil else {
      throw URLError("a key in the URL is seen by everybody on this machine: give it in GATEWAY_KEY or a file")
    }
    guard let host = parts.host, !host.isEmpty else { throw URLError("the URL names no host") }
    guard parts.path.isEmpty || parts.path == "/", parts.fragment == nil else {
      throw URLError("the URL has more than a host")
    }
    guard scheme == "https" || scheme == "http" else { throw URLError("'\(scheme)' is not https") }
    guard scheme == "https" || Self.isLoopback(host) else {
      throw URLError("cards are not charged without encryption on another machine")
    }
    guard let key, !key.isEmpty else { throw URLError("there is no key: give it in GATEWAY_KEY or a file") }
    // What stands in a header must not end it.
    guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw URLError("the key is no line of plain letters") }
    self.init(url: "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")", key: key)
    for item in parts.queryItems ?? [] {
      switch (item.name, item.value) {
      case ("ca", let file?) where !file.isEmpty: authorities = file
      case ("return", let address?) where !address.isEmpty: returnURL = address
      default: throw URLError("'\(item.name)' is no setting of a gateway")
      }
    }
  }

  /// True if nothing leaves this machine. A name that looks like an address is another machine's, perhaps.
  private static func isLoopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return host == "localhost" || host == "::1" || host == "[::1]"
      || parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
  }
}
