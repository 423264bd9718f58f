import CPostgreSQL

/// Which database: a URL as libpq reads it, `postgres://user@host:5432/database?sslmode=verify-full`.
///
/// What it doesn't say is taken from the environment and the files that libpq knows: PGPASSWORD, PGSSLMODE, `~/.pgpass`, a service file.
public struct PostgresURL: Sendable, Hashable, CustomStringConvertible {
  /// Option -> value, as libpq names them.
  let options: [String: String]

  private static let secrets: Set<String> = ["password", "sslpassword"]
  private static let schemes = ["postgres://", "postgresql://"]

  /// Whether a text is meant to be such a URL.
  public static func isOne(_ text: String) -> Bool { schemes.contains { text.hasPrefix($0) } }

  /// A URL; nil if libpq can't read it.
  public init?(_ text: String) {
    guard Self.isOne(text), !text.utf8.contains(0), let found = PQconninfoParse(text, nil) else { return nil }
    defer { PQconninfoFree(found) }
    var options: [String: String] = [:]
    var option = found
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { options[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    let ports = (options["port"] ?? "").split(separator: ",")
    // Libpq would say so only when it connects.
    guard ports.allSatisfy({ Int($0).map { 1...65_535 ~= $0 } ?? false }) else { return nil }
    self.options = options
  }

  /// Without passwords.
  public var description: String {
    let user = options["user"].map { "\(Self.encoded($0))@" } ?? ""
    let hosts = (options["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let ports = (options["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let places = hosts.enumerated().map { index, host in
      let port = ports.count == hosts.count ? ports[index] : ports.first ?? ""
      let name = host.contains(":") && !host.hasPrefix("/") ? "[\(host)]" : Self.encoded(String(host))
      return port.isEmpty ? name : "\(name):\(port)"
    }
    let rest = options.filter {
      !Self.secrets.contains($0.key) && !["user", "host", "port", "dbname"].contains($0.key)
    }
    let query = rest.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.encoded($0.value))" }.joined(separator: "&")
    return "postgres://\(user)\(places.joined(separator: ","))"
      + (options["dbname"].map { "/\(Self.encoded($0))" } ?? "") + (query.isEmpty ? "" : "?\(query)")
  }

  /// Percent-encoded but for letters, digits and what needs none.
  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { encoded, byte in
      let character = Character(UnicodeScalar(byte))
      if byte < 128, character.isLetter || character.isNumber || "-._~".contains(character) {
        encoded.append(character)
      } else {
        encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
