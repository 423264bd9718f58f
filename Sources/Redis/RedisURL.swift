/// Where a server is and how to log in: `redis://user:password@host:port/database`, or
/// `unix://user:password@/path/of/socket?db=database`.
///
/// User, password, host and path are percent-decoded. `rediss://` is accepted here, and refused when connecting.
public struct RedisURL: Sendable, Hashable {
  /// Where a server listens.
  public enum Address: Sendable, Hashable {
    /// A name, an IPv4 or an IPv6 address (without brackets), and a port.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket.
    case unix(path: String)
  }

  /// Where the server listens.
  public var address: Address
  /// The ACL user; `nil` for the default user.
  public var user: String?
  /// The password; `nil` for no login.
  public var password: String?
  /// The database to select; a server has 16 unless configured otherwise.
  public var database: Int
  /// Whether the URL asks for TLS (`rediss://`).
  public var usesTLS: Bool

  /// `redis://127.0.0.1:6379`
  public static let standard = RedisURL(address: .tcp(host: "127.0.0.1", port: 6379))

  /// A URL from its parts.
  public init(
    address: Address, user: String? = nil, password: String? = nil, database: Int = 0, usesTLS: Bool = false
  ) {
    self.address = address
    self.user = user
    self.password = password
    self.database = database
    self.usesTLS = usesTLS
  }
}

extension RedisURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL with `***` in place of a password.
  public var description: String {
    var login = user.map { Self.percentEncoded($0) } ?? ""
    if password != nil { login += ":***" }
    if user != nil || password != nil { login += "@" }
    switch address {
    case .tcp(let host, let port):
      let encoded = Self.percentEncoded(host, except: ":")
      let host = host.contains(":") ? "[\(encoded)]" : encoded
      return "\(usesTLS ? "rediss" : "redis")://\(login)\(host):\(port)\(database == 0 ? "" : "/\(database)")"
    case .unix(let path):
      return "unix://\(login)\(Self.percentEncoded(path, except: "/"))\(database == 0 ? "" : "?db=\(database)")"
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
