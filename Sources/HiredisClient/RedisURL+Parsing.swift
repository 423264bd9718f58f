extension RedisURL {
  /// Reads a URL.
  ///
  /// - Throws: A ``RedisError`` with the code `invalidURL`, whose message names what is wrong. It never repeats a part
  ///   of the URL that could belong to the password.
  public init(_ string: String) throws(RedisError) {
    guard let colon = string.firstRange(of: "://") else { throw Self.invalid("it does not start with redis://") }
    let rest = string[colon.upperBound...]
    switch string[..<colon.lowerBound].lowercased() {
    case "redis": try self.init(network: rest, usesTLS: false)
    case "rediss": try self.init(network: rest, usesTLS: true)
    case "unix": try self.init(unix: rest)
    case let scheme where scheme.allSatisfy({ $0.isASCII && $0.isLetter }):
      throw Self.invalid("its scheme is '\(scheme)'; it must be redis, rediss or unix")
    default: throw Self.invalid("its scheme is none of redis, rediss and unix")
    }
  }

  /// How many hosts a URL may name.
  private static let mostHosts = 16

  private init(network rest: Substring, usesTLS: Bool) throws(RedisError) {
    let parts = try Parts(rest)
    let addresses = try Self.addresses(parts.host)
    var query = try RedisURLQuery(
      parts.query, usesTLS ? [.database, .master, .ca, .cert, .key, .name] : [.database, .master])
    if let path = parts.path.dropFirst().nonEmpty { try query.set(.database, path) }
    let tls = TLSSettings(
      authorities: query[.ca], certificate: query[.cert], key: query[.key], name: query[.name])
    if tls.key != nil, tls.certificate == nil { throw Self.invalid("it names a key without its certificate (cert)") }
    self.init(
      address: addresses[0], alternatives: Array(addresses.dropFirst()), user: parts.user, password: parts.password,
      database: try query.database(), master: query[.master], tls: usesTLS ? tls : nil)
  }

  private init(unix rest: Substring) throws(RedisError) {
    let parts = try Parts(rest)
    guard parts.host.isEmpty, parts.path.count > 1 else {
      throw Self.invalid("a Unix socket's path must be absolute: unix:///path")
    }
    self.init(
      address: .unix(path: try Self.percentDecoded(parts.path)), user: parts.user, password: parts.password,
      database: try RedisURLQuery(parts.query, [.database]).database())
  }

  /// The parts of what follows `://`: `user:password@hosts/path?query`.
  private struct Parts {
    var user: String?
    var password: String?
    var host: Substring
    var path: Substring
    var query: Substring

    init(_ text: Substring) throws(RedisError) {
      let authorityEnd = text.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? text.endIndex
      let authority = text[..<authorityEnd]
      let queryStart = text[authorityEnd...].firstIndex(of: "?") ?? text.endIndex
      path = text[authorityEnd..<queryStart]
      query = text[queryStart...].dropFirst()
      if let at = authority.lastIndex(of: "@") {
        host = authority[authority.index(after: at)...]
        let login = authority[..<at]
        let colon = login.firstIndex(of: ":")
        let name = try percentDecoded(login[..<(colon ?? login.endIndex)])
        user = name.isEmpty ? nil : name
        if let colon { password = try percentDecoded(login[login.index(after: colon)...]) }
      } else {
        // Without this, a password with a slash would make its first half the port that an error names.
        if text.contains("@") { throw invalid("'/', '?', '#' and '@' in a user or password must be percent-encoded") }
        host = authority
      }
      if text.contains("#") { throw invalid("it must not have a fragment ('#')") }
    }
  }

  /// A text, such as a message that quotes what somebody typed, with `***` in place of what may be the login of a URL in it.
  public static func withoutLogins(_ text: String) -> String {
    var hidden = text
    for login in logins(in: text).reversed() {
      let start = text.utf8.index(text.startIndex, offsetBy: login.lowerBound)
      hidden.replaceSubrange(start..<text.utf8.index(start, offsetBy: login.count), with: "***")
    }
    return hidden
  }

  /// Where in a text the logins of URLs may stand: ranges of its bytes.
  public static func logins(in text: String) -> [Range<Int>] {
    text.matches(of: /:\/\/([^\s'"]*)@/).map { match in
      let start = text.utf8.distance(from: text.startIndex, to: match.output.1.startIndex)
      return start..<start + match.output.1.utf8.count
    }
  }

  /// The hosts of a list.
  private static func addresses(_ list: Substring) throws(RedisError) -> [Address] {
    let hosts = list.split(separator: ",", maxSplits: mostHosts, omittingEmptySubsequences: false)
    guard hosts.count <= mostHosts else { throw invalid("it names more than \(mostHosts) servers") }
    var addresses: [Address] = []
    for (index, text) in hosts.enumerated() {
      guard let (host, port) = hostAndPort(text), hosts.count == 1 || !host.isEmpty else {
        let which = hosts.count == 1 ? "the server" : "server \(index + 1) of \(hosts.count)"
        throw invalid("\(which) is not a host name or address with a port from 1 to 65535")
      }
      addresses.append(.tcp(host: host.isEmpty ? "127.0.0.1" : try percentDecoded(host), port: port))
    }
    return addresses
  }

  private static func hostAndPort(_ text: Substring) -> (host: Substring, port: Int)? {
    var host = text
    var port: Substring?
    if text.hasPrefix("[") {
      guard let bracket = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<bracket]
      let rest = text[text.index(after: bracket)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    guard let number = port.map(decimal) ?? 6379, (1...65535).contains(number) else { return nil }
    return (host, number)
  }

  /// A number of digits only: `Int.init` would take a sign.
  static func decimal(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  static func percentDecoded(_ text: Substring) throws(RedisError) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else {
        throw invalid("a '%' is not followed by two hexadecimal digits")
      }
      bytes.append(high << 4 | low)
    }
    guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw invalid("its percent-encoded bytes are not text")
    }
    return decoded
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  static func invalid(_ reason: String) -> RedisError { RedisError(.invalidURL, reason) }
}
