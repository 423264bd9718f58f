import HiredisClient

/// How `redis-cli` gets to the nodes of a cluster, as words of a shell.
struct ClusterShell {
  let url: RedisURL

  /// The program and its options for one node.
  func cli(_ address: RedisURL.Address) -> String {
    var words = ["redis-cli", "-e"]
    if case .tcp(let host, let port) = address { words += ["-h", host, "-p", "\(port)"] }
    if let user = url.user { words += ["--user", user] }
    if let tls = url.tls {
      words.append("--tls")
      for (option, value) in [
        ("--cacert", tls.authorities), ("--cert", tls.certificate), ("--key", tls.key ?? tls.certificate),
        ("--sni", tls.name),
      ] {
        if let value { words += [option, value] }
      }
    }
    return words.map(Self.quoted).joined(separator: " ")
  }

  /// Host and port, as `MIGRATE` takes them.
  func place(_ address: RedisURL.Address) -> String {
    guard case .tcp(let host, let port) = address else { return "" }
    return "\(Self.quoted(host)) \(port)"
  }

  /// What `MIGRATE` has to say to the other node, where that asks for it.
  var login: String {
    guard url.password != nil else { return "" }
    let password = "\"$REDISCLI_AUTH\""
    return url.user.map { " AUTH2 \(Self.quoted($0)) \(password)" } ?? " AUTH \(password)"
  }

  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "/"):
        true
      default: false
      }
    }
    return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: #"'\''"#))'"
  }
}
