/// Where a server is and how to log in: `redis://user:password@host:port/database`, or
/// `unix://user:password@/path/of/socket?db=database`; with TLS `rediss://…?ca=FILE&cert=FILE&key=FILE&name=NAME`.
///
/// There may be several hosts, `redis://a:6379,b:6379`: Sentinels, which know where the master is, servers of which one is it, or
/// nodes of a cluster. Each connection finds out anew. User, password, host, path and the parameters' values are percent-decoded.
public struct RedisURL: Sendable, Hashable {
  /// Where a server listens.
  public enum Address: Sendable, Hashable {
    /// A name, an IPv4 or an IPv6 address (without brackets), and a port.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket.
    case unix(path: String)
  }

  /// Where the server listens, or the first that is asked.
  public var address: Address
  /// Where else it may be, or who else may know.
  public var alternatives: [Address]
  /// The ACL user; `nil` for the default user.
  public var user: String?
  /// The password; `nil` for no login.
  public var password: String?
  /// The database to select; a server has 16 unless configured otherwise.
  public var database: Int
  /// What Sentinel calls the master; `nil` for the only one that it watches over.
  public var master: String?
  /// How the connection is secured (`rediss://`); `nil` for not at all.
  public var tls: TLSSettings?

  /// `redis://127.0.0.1:6379`
  public static let standard = RedisURL(address: .tcp(host: "127.0.0.1", port: 6379))

  /// A URL from its parts.
  public init(
    address: Address, alternatives: [Address] = [], user: String? = nil, password: String? = nil, database: Int = 0,
    master: String? = nil, tls: TLSSettings? = nil
  ) {
    self.address = address
    self.alternatives = alternatives
    self.user = user
    self.password = password
    self.database = database
    self.master = master
    self.tls = tls
  }
}

extension RedisURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL with `***` in place of a password.
  public var description: String {
    let parameters =
      [
        ("master", master), ("ca", tls?.authorities), ("cert", tls?.certificate), ("key", tls?.key),
        ("name", tls?.name),
      ].compactMap { name, value in value.map { "\(name)=\(Self.percentEncoded($0, except: "/"))" } }
    let shown = ([address] + alternatives).map(Self.shown).joined(separator: ",")
    return text(shown, parameters)
  }

  /// One of the addresses for people, with neither password nor parameters.
  func place(_ address: Address) -> String { text(Self.shown(address), []) }

  private func text(_ addresses: String, _ parameters: [String]) -> String {
    var login = user.map { Self.percentEncoded($0) } ?? ""
    if password != nil { login += ":***" }
    if user != nil || password != nil { login += "@" }
    let isLocal = if case .unix = address { true } else { false }
    let scheme = isLocal ? "unix" : tls == nil ? "redis" : "rediss"
    let path = isLocal || database == 0 ? "" : "/\(database)"
    let query = (isLocal && database != 0 ? ["db=\(database)"] : []) + parameters
    return "\(scheme)://\(login)\(addresses)\(path)\(query.isEmpty ? "" : "?\(query.joined(separator: "&"))")"
  }

  /// An address as it stands in a URL.
  static func shown(_ address: Address) -> String {
    switch address {
    case .tcp(let host, let port):
      let encoded = percentEncoded(host, except: ":")
      return "\(host.contains(":") ? "[\(encoded)]" : encoded):\(port)"
    case .unix(let path): return percentEncoded(path, except: "/")
    }
  }

  /// The URL with `***` in place of a password.
  public var debugDescription: String { description }

  /// Only the description, so that `dump` does not print the password either.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

  private static func percentEncoded(_ text: String, except kept: Unicode.Scalar? = nil) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case _ where Unicode.Scalar(byte) == kept: encoded.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }
}
