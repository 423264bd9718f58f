import HiredisClient
import Testing

@Suite struct RedisURLTests {
  @Test(arguments: [
    ("redis://localhost", RedisURL(address: .tcp(host: "localhost", port: 6379))),
    ("redis://", RedisURL(address: .tcp(host: "127.0.0.1", port: 6379))),
    ("redis://10.0.0.1:6380/", RedisURL(address: .tcp(host: "10.0.0.1", port: 6380))),
    ("REDIS://h:1/15", RedisURL(address: .tcp(host: "h", port: 1), database: 15)),
    ("redis://h/?db=2", RedisURL(address: .tcp(host: "h", port: 6379), database: 2)),
    ("redis://h?db=2", RedisURL(address: .tcp(host: "h", port: 6379), database: 2)),
    ("redis://[::1]:6379", RedisURL(address: .tcp(host: "::1", port: 6379))),
    ("redis://[fe80::1]", RedisURL(address: .tcp(host: "fe80::1", port: 6379))),
    ("redis://:pass@h", RedisURL(address: .tcp(host: "h", port: 6379), password: "pass")),
    ("redis://:@h", RedisURL(address: .tcp(host: "h", port: 6379), password: "")),
    ("redis://user@h", RedisURL(address: .tcp(host: "h", port: 6379), user: "user")),
    (
      "redis://a%40b:p%3A%2F%20%C3%A9@h:7/3",
      RedisURL(address: .tcp(host: "h", port: 7), user: "a@b", password: "p:/ é", database: 3)
    ),
    ("redis://user:a:b@h", RedisURL(address: .tcp(host: "h", port: 6379), user: "user", password: "a:b")),
    ("rediss://h", RedisURL(address: .tcp(host: "h", port: 6379), tls: TLSSettings())),
    (
      "rediss://h/2?ca=/etc/ca%20.pem&cert=c&key=k&name=redis.test",
      RedisURL(
        address: .tcp(host: "h", port: 6379), database: 2,
        tls: TLSSettings(authorities: "/etc/ca .pem", certificate: "c", key: "k", name: "redis.test"))
    ),
    (
      "redis://u:p@a,b:7,[::1]:8/1?master=main",
      RedisURL(
        address: .tcp(host: "a", port: 6379),
        alternatives: [.tcp(host: "b", port: 7), .tcp(host: "::1", port: 8)], user: "u", password: "p", database: 1,
        master: "main")
    ),
    ("unix:///run/redis.sock", RedisURL(address: .unix(path: "/run/redis.sock"))),
    ("unix:///run/my%20redis.sock?db=1", RedisURL(address: .unix(path: "/run/my redis.sock"), database: 1)),
    (
      "unix://user:pass@/run/redis.sock?db=4",
      RedisURL(address: .unix(path: "/run/redis.sock"), user: "user", password: "pass", database: 4)
    ),
  ])
  func reads(_ text: String, _ url: RedisURL) throws {
    #expect(try RedisURL(text) == url)
  }

  @Test(arguments: [
    ("", "it does not start with redis://"),
    ("localhost:6379", "it does not start with redis://"),
    ("http://h", "its scheme is 'http'; it must be redis, rediss or unix"),
    ("worker:s3cret@redis://h", "its scheme is none of redis, rediss and unix"),
    ("redis://h:0", "the server is not a host name or address with a port from 1 to 65535"),
    ("redis://h:65536", "the server is not a host name or address with a port from 1 to 65535"),
    ("redis://h:+1", "the server is not a host name or address with a port from 1 to 65535"),
    ("redis://h:", "the server is not a host name or address with a port from 1 to 65535"),
    ("redis://::1", "the server is not a host name or address with a port from 1 to 65535"),
    ("redis://[::1", "the server is not a host name or address with a port from 1 to 65535"),
    ("redis://h/x", "the database is not a number"),
    ("redis://h/-1", "the database is not a number"),
    ("redis://h/1?db=2", "it names the database twice"),
    ("redis://h?db=", "the database is not a number"),
    ("redis://h?timeout=3", "the only parameters it may have are db and master; those of TLS are for rediss://"),
    ("redis://h?ca=x", "the only parameters it may have are db and master; those of TLS are for rediss://"),
    ("rediss://h?cacert=x", "the only parameters it may have are db, master, ca, cert, key and name"),
    ("unix:///r?master=x", "the only parameter it may have is db"),
    ("rediss://h?ca=", "ca says nothing"),
    ("rediss://h?ca=a&ca=b", "it names ca twice"),
    ("rediss://h?key=k", "it names a key without its certificate (cert)"),
    ("redis://a,b:x,c", "server 2 of 3 is not a host name or address with a port from 1 to 65535"),
    ("redis://a,,c", "server 2 of 3 is not a host name or address with a port from 1 to 65535"),
    ("redis://\(String(repeating: "a,", count: 16))a", "it names more than 16 servers"),
    ("redis://h#x", "it must not have a fragment ('#')"),
    ("redis://u:%zz@h", "a '%' is not followed by two hexadecimal digits"),
    ("redis://u:%e9@h", "its percent-encoded bytes are not text"),
    ("redis://u:%00@h", "its percent-encoded bytes are not text"),
    ("redis://u:sec/ret@h", "'/', '?', '#' and '@' in a user or password must be percent-encoded"),
    ("unix://run/redis.sock", "a Unix socket's path must be absolute: unix:///path"),
    ("unix:///", "a Unix socket's path must be absolute: unix:///path"),
  ])
  func refuses(_ text: String, _ reason: String) {
    let error = #expect(throws: RedisError.self) { try RedisURL(text) }
    #expect(error?.code == .invalidURL)
    #expect(error?.description == "invalid Redis URL: \(reason)")
  }

  @Test func neverPrintsThePassword() throws {
    for text in ["redis://worker:s3cret@h:1/2", "unix://worker:s3cret@/run/r?db=2", "rediss://:s3cret@h"] {
      let url = try RedisURL(text)
      var dumped = ""
      dump(url, to: &dumped)
      for printed in ["\(url)", String(reflecting: url), dumped, "\([url])", "\(Optional(url) as Any)"] {
        #expect(!printed.contains("s3cret"))
      }
      #expect("\(url)" == text.replacing("s3cret", with: "***") + (text.hasSuffix("@h") ? ":6379" : ""))
    }
    #expect("\(RedisURL.standard)" == "redis://127.0.0.1:6379")
    #expect("\(try RedisURL("redis://[::1]:1"))" == "redis://[::1]:1")
  }

  @Test("is printed so that it is read again as it was, whatever the path and the user are called")
  func readsWhatItPrints() throws {
    let addresses: [RedisURL.Address] = [
      .unix(path: "/home/me/#1 100% é\"'?&@:[x]/redis.sock"), .tcp(host: "h", port: 1),
      .tcp(host: "fe80::1%eth0", port: 1),
    ]
    for address in addresses {
      let url = RedisURL(address: address, user: "a b@#:/%", database: 3)
      #expect(try RedisURL(url.description) == url)
    }
    var url = RedisURL(
      address: .tcp(host: "h", port: 1), alternatives: [.tcp(host: "::1", port: 2)], user: "u", database: 3,
      master: "the main&one", tls: TLSSettings(authorities: "/a?b", certificate: "c d", key: "é", name: "n"))
    #expect(try RedisURL(url.description) == url)
    url.tls = TLSSettings()
    #expect(try RedisURL(url.description) == url)
  }

  @Test("hides logins in messages that quote what somebody typed")
  func hidesLogins() {
    #expect(
      RedisURL.withoutLogins("Unexpected argument 'redis://me:s3c@ret@h:1/2', see redis://h")
        == "Unexpected argument 'redis://***@h:1/2', see redis://h")
    #expect(RedisURL.withoutLogins("mail a@b, unix:///run/r") == "mail a@b, unix:///run/r")
  }
}
