import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("Of several hosts, a connection") struct SentinelTests {
  @Test("goes to the master that Sentinel names, and to the next one after it died, though it is there again at once")
  func failover() async throws {
    try await WatchedServers.with { servers in
      let connection = Connection(servers.url)
      #expect(try await connection.strings(["CONFIG", "GET", "port"])[1] == "\(servers.first.port)")
      await servers.first.kill()
      let onSecond = Connection(servers.second.url, options: ConnectionOptions(acceptsReplica: true))
      try await servers.promotion()
      try await servers.first.restart()
      let port = "\(try servers.second.port)"
      try await eventually("it is found") {
        do throws(RedisError) {
          return try await connection.strings(["CONFIG", "GET", "port"])[1] == port
        } catch {
          #expect(error.isRetriable)
          return false
        }
      }
      try await connection.run("SET", "x", "1")
      #expect(try await onSecond.text("GET", "x") == "1")
      try await eventually("the old master follows") {
        let old = Connection(servers.first.url, options: ConnectionOptions(acceptsReplica: true))
        return try await old.role() == "slave"
      }

      var unknown = servers.url
      unknown.alternatives = []
      unknown.master = "other"
      let error = await Connection(unknown).connectError()
      #expect(error?.message == "Sentinel knows no master 'other'")
      #expect(error?.code == .unreachable)
      unknown.master = WatchedServers.name
      try await Connection(unknown).run("PING")
    }
  }

  @Test(
    "goes to the one that is a master, past those that are gone or follow another, and says of each why it won't do")
  func severalServers() async throws {
    try await withRedis(tcp: true) { master in
      let port = try master.port
      try await withRedis(arguments: ["--replicaof", "127.0.0.1", "\(port)"], tcp: true) { replica in
        let gone = RedisURL.Address.tcp(host: "127.0.0.1", port: try freePort())
        let following = try #require(replica.tcpURL).address
        let leading = try #require(master.tcpURL).address
        let connection = Connection(RedisURL(address: gone, alternatives: [following, leading]))
        #expect(try await connection.strings(["CONFIG", "GET", "port"])[1] == "\(port)")
        try await connection.run("SET", "x", "1")

        let error = await Connection(RedisURL(address: gone, alternatives: [following])).connectError()
        #expect(error?.isRetriable == true)
        let reasons = [
          "127.0.0.1:\(try replica.port): it is a replica, which takes no writes; its master is needed",
          "Connection refused",
        ]
        for reason in reasons { #expect(error?.description.contains(reason) == true, "\(error as Any)") }
        let single = await Connection(replica.url).connectError()
        #expect(single?.code == .readOnly)
      }
    }
  }

  @Test("that is told that its server takes no writes any more looks for the master anew")
  func demoted() async throws {
    try await withRedis(tcp: true) { first in
      try await withRedis(tcp: true) { second in
        let url = RedisURL(
          address: try #require(first.tcpURL).address, alternatives: [try #require(second.tcpURL).address])
        let connection = Connection(url)
        try await connection.run("SET", "x", "1")
        try await Connection(first.url).run("REPLICAOF", "127.0.0.1", "\(try second.port)")
        let refused = await connection.error("SET", "x", "2")
        #expect(refused?.code == .readOnly && refused?.isRetriable == true)
        try await connection.run("SET", "x", "3")
        #expect(try await Connection(second.url).text("GET", "x") == "3")
        #expect(await connection.connectCount == 2)
      }
    }
  }

  @Test("is told, where it waits while the master becomes a replica, that it may try again")
  func unblocked() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      try await connection.connect()
      async let popped = connection.error("BLPOP", "nothing", "0")
      let other = Connection(server.url)
      try await other.waitUntilBlocked(1)
      try await other.run("REPLICAOF", "127.0.0.1", "1")
      let error = await popped
      #expect(error?.code == .readOnly && error?.isRetriable == true, "\(error as Any)")
    }
  }

  @Test("that leads to a cluster that nobody has given slots says so in one line")
  func cluster() async throws {
    try await withRedis(arguments: ["--cluster-enabled", "yes"]) { server in
      let error = await Connection(server.url).connectError()
      #expect(error?.code == .clusterUnavailable)
      #expect(error?.description.contains("the cluster's slots belong to nobody") == true)
    }
  }
}

extension Connection {
  fileprivate func role() throws(RedisError) -> String {
    let reply = try call("ROLE")
    return try reply.root[0].string()
  }
}
