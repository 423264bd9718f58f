import HiredisClient
import RedisTestSupport
import Testing

@Suite("Connections of a process to one cluster") struct SharedSlotsTests {
  /// Looks at servers over connections that ask nothing else.
  private struct Counter {
    private var connections: [(Connection, RedisURL.Address)] = []

    init(_ servers: [RedisServer]) async throws {
      for server in servers {
        guard let address = server.tcpURL?.address else { continue }
        connections.append((Connection(server.url), address))
      }
      _ = try await count("cluster|slots")
    }

    /// How often they were asked something, or answered with an error.
    func count(_ what: String) async throws -> Int {
      var count = 0
      for (connection, address) in connections {
        for section in ["commandstats", "errorstats"] {
          let text = try await Self.text(connection.call(["INFO", section], at: address))
          for start in ["cmdstat_\(what):calls=", "errorstat_\(what):count="] {
            guard let line = text.split(separator: "\r\n").first(where: { $0.hasPrefix(start) }) else { continue }
            count += Int(line.dropFirst(start.count).prefix(while: \.isNumber)) ?? 0
          }
        }
      }
      return count
    }

    private static func text(_ reply: borrowing Reply) throws(RedisError) -> String { try reply.root.string() }
  }

  @Test("ask once who has which slots, and what one of them finds elsewhere the others look for there")
  func sharing() async throws {
    try await ClusterServers.with { cluster in
      let counter = try await Counter(cluster.masters)
      let (asked, moved) = (try await counter.count("cluster|slots"), try await counter.count("MOVED"))
      let connections = (0..<6).map { _ in Connection(cluster.url) }
      for connection in connections { try await connection.run("SET", "{s}", "1") }
      #expect(try await counter.count("cluster|slots") - asked == 1)
      #expect(try await counter.count("MOVED") == moved)

      let slot = Slot(of: "{s}").number
      let source = ClusterServers.master(of: "{s}")
      try await cluster.beginMove(of: slot, from: source, to: (source + 1) % 3)
      while try await cluster.moveKeys(of: slot, from: source, to: (source + 1) % 3) {}
      try await cluster.endMove(of: slot, from: source, to: (source + 1) % 3)
      let counts = await connections.asyncMap { await $0.connectCount }
      for connection in connections { #expect(try await connection.text("GET", "{s}") == "1") }
      #expect(try await counter.count("MOVED") - moved == 1)
      #expect(try await counter.count("cluster|slots") - asked == 1)
      for (connection, count) in zip(connections, counts) {
        #expect(await connection.connectCount > count, "that the slot moved can't be seen")
      }
    }
  }

  @Test("ask one at a time while a master is dead, and no more often than one alone would")
  func asking() async throws {
    try await ClusterServers.with(replicas: true) { cluster in
      let counter = try await Counter([cluster.masters[1], cluster.masters[2]] + cluster.replicas)
      let key = try #require((0...).lazy.map { "k\($0)" }.first { ClusterServers.master(of: $0) == 0 })
      let connections = (0..<8).map { _ in Connection(cluster.url) }
      for connection in connections { try await connection.run("SET", key, "1") }
      #expect(try await connections[0].integer(["WAIT", "1", "10000"]) >= 0)
      let asked = try await counter.count("cluster|slots")
      await cluster.masters[0].kill()
      let began = ContinuousClock.now
      try await withThrowingTaskGroup { group in
        for connection in connections {
          group.addTask {
            try await eventually("its replica is asked") {
              do throws(RedisError) { return try await connection.text("GET", key) == "1" } catch { return false }
            }
          }
        }
        try await group.waitForAll()
      }
      // One lets at least so long pass between two questions.
      let most = Int((ContinuousClock.now - began) / .milliseconds(50)) + 2
      #expect(try await counter.count("cluster|slots") - asked <= most)
    }
  }
}

extension [Connection] {
  fileprivate func asyncMap<Result>(_ transform: (Connection) async -> Result) async -> [Result] {
    var results: [Result] = []
    for connection in self { results.append(await transform(connection)) }
    return results
  }
}
