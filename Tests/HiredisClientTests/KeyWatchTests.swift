import HiredisClient
import RedisTestSupport
import Testing

@Suite("A watch of keys") struct KeyWatchTests {
  private static let patience = Duration.seconds(20)

  /// A key of a master's.
  private func key(of master: Int) throws -> String {
    try #require((0...).lazy.map { "k\($0)" }.first { ClusterServers.master(of: $0) == master })
  }

  private func ask(_ keys: [String], over connection: Connection) async throws {
    var commands = Commands()
    for key in keys { commands.watch([key, "{\(key)}other"]) }
    // By itself, each goes where its key is.
    let replies = try await connection.send(commands, overConnection: await connection.connectCount)
    try Self.check(replies)
  }

  private static func check(_ replies: borrowing Replies) throws { try replies.check() }

  private func keys(_ changes: KeyChanges) -> [String]? {
    if case .some(let keys) = changes { keys.sorted() } else { nil }
  }

  @Test("hears once of each key that was asked for, on whichever node, whoever changes it and however; of no other")
  func changes() async throws {
    try await ClusterServers.with { cluster in
      let (asking, writing) = (Connection(cluster.url), Connection(cluster.url))
      let watch = KeyWatch(cluster.url, options: ConnectionOptions())
      try await watch.listen(for: asking)
      let keys = try (0..<3).map { try key(of: $0) }
      try await ask(keys, over: asking)
      for key in keys {
        // Not asked for after `CLIENT CACHING`.
        try await asking.run("GET", "{\(key)}read")
        try await writing.run("SET", "{\(key)}read", "1")
        try await writing.run("SET", key, "1")
        try await writing.run("SET", key, "2")
      }
      try await writing.run("EVAL", "redis.call('XADD', KEYS[1], '*', 'a', 'b')", "1", "{\(keys[2])}other")
      var heard: [String] = []
      try await eventually("all is heard") {
        heard += try #require(self.keys(await watch.changes(within: Self.patience)))
        return heard.count >= 4
      }
      #expect(heard.sorted() == (keys + ["{\(keys[2])}other"]).sorted())
      #expect(self.keys(await watch.changes(within: .zero)) == [])
      try await ask([keys[1]], over: asking)
      try await writing.run("DEL", keys[1])
      #expect(self.keys(await watch.changes(within: Self.patience)) == [keys[1]])
    }
  }

  @Test("ends its wait when it is interrupted, and says that it hears no more when a node is gone")
  func ends() async throws {
    try await ClusterServers.with { cluster in
      let asking = Connection(cluster.url)
      let watch = KeyWatch(cluster.url, options: ConnectionOptions())
      try await watch.listen(for: asking)
      async let waited = watch.changes(within: .seconds(600))
      watch.interrupt()
      #expect(keys(await waited) == [])
      watch.interrupt()
      watch.interrupt()
      #expect(keys(await watch.changes(within: .seconds(600))) == [])
      #expect(keys(await watch.changes(within: .milliseconds(1))) == [])
      try await ask([key(of: 0)], over: asking)
      await cluster.masters[1].kill()
      guard case .unknown(let error) = await watch.changes(within: .seconds(600)) else {
        Issue.record("a dead node was not noticed")
        return
      }
      #expect(error.isRetriable)
      await #expect(throws: RedisError.self) { try await watch.listen(for: asking) }
      try await cluster.masters[1].restart()
      let (restarted, writing) = (try key(of: 1), Connection(cluster.url))
      try await eventually("it is asked, and listened to, again") {
        do throws(RedisError) {
          try await watch.listen(for: asking)
          var commands = Commands()
          commands.watch([restarted])
          try await asking.run(commands)
          try await writing.run("SET", restarted, "1")
          return true
        } catch {
          guard error.isRetriable else { throw error }
          return false
        }
      }
      #expect(keys(await watch.changes(within: Self.patience)) == [restarted])
    }
  }

  @Test("says that it is not permitted, and to change everything changes all")
  func rights() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      let watch = KeyWatch(server.url, options: ConnectionOptions())
      try await watch.listen(for: connection)
      try await ask(["a"], over: connection)
      try await connection.run("FLUSHALL")
      guard case .all = await watch.changes(within: Self.patience) else {
        Issue.record("that all is gone was not heard")
        return
      }
      try await connection.run("ACL", "SETUSER", "who", "on", "nopass", "~*", "&*", "+@all", "-subscribe")
      var url = server.url
      url.user = "who"
      url.password = ""
      let refused = KeyWatch(url, options: ConnectionOptions())
      let error = await #expect(throws: RedisError.self) { try await refused.listen(for: connection) }
      #expect(error?.code == .noPermission && error?.isRetriable == false)
    }
  }

  @Test("hears through TLS as well, however much comes at once")
  func tls() async throws {
    try await TestCertificates.with { certificates in
      let port = try freePort()
      try await withRedis(arguments: certificates.arguments(port: port, certificate: "server", clients: "no")) {
        server in
        var url = RedisURL(address: .tcp(host: "127.0.0.1", port: port))
        url.tls = TLSSettings(authorities: certificates.certificate("ca"))
        let connection = Connection(url)
        let watch = KeyWatch(url, options: ConnectionOptions())
        try await watch.listen(for: connection)
        let keys = (0..<5000).map { "key-\($0)" }
        var commands = Commands()
        for key in keys { commands.watch([key]) }
        try await connection.run(commands)
        try await Connection(server.url).run(["MSET"] + keys.flatMap { [$0, "1"] })
        var heard: [String] = []
        try await eventually("all is heard") {
          heard += try #require(self.keys(await watch.changes(within: .milliseconds(100))))
          return heard.count >= keys.count
        }
        #expect(heard.sorted() == keys.sorted())
      }
    }
  }
}

extension Connection {
  fileprivate func run(_ arguments: [String]) throws(RedisError) { _ = try call(arguments) }
}
