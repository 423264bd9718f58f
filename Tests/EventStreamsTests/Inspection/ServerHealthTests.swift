import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A server's settings") struct ServerHealthTests {
  private func warnings(_ settings: [Identifier: String], _ info: [Identifier: String] = [:]) -> [String] {
    ServerHealth(settings: settings, info: info).warnings
  }

  private static let safe: [Identifier: String] = [
    "maxmemory-policy": "noeviction", "maxmemory": "0", "appendonly": "yes", "save": "",
  ]

  @Test("that may lose something are named, each with what; those that may not are not")
  func settings() {
    #expect(warnings(Self.safe) == [])
    #expect(warnings([:]) == [], "nothing is known")
    let snapshots = Self.safe.merging(["appendonly": "no", "save": "3600 1"]) { $1 }
    #expect(warnings(snapshots) == [])
    func one(_ changed: [Identifier: String], _ info: [Identifier: String] = [:]) -> String {
      let all = warnings(Self.safe.merging(changed) { $1 }, info)
      return all.count == 1 ? all[0] : "\(all)"
    }
    #expect(one(["maxmemory-policy": "allkeys-lru"]).contains("removes logs, leases and accounts"))
    #expect(one(["appendonly": "no"]).contains("a restart of the server loses everything"))
    #expect(one(["maxmemory": "3000000"]).contains("maxmemory is 3 MB"))
    #expect(one(["maxmemory": "1000000000"], ["used_memory": "900000000"]).hasPrefix("90 % of maxmemory"))
    #expect(one([:], ["evicted_keys": "7"]).contains("has evicted 7 keys"))
    #expect(one([:], ["role": "slave", "master_host": "h", "master_port": "1"]).contains("a replica of h:1"))
    // Where CONFIG isn't permitted.
    #expect(
      warnings([:], ["maxmemory_policy": "volatile-lru", "maxmemory": "1000"]).map { $0.prefix(9) }
        == ["maxmemory", "maxmemory"])
    #expect(warnings([:], ["aof_enabled": "0"]) == [], "there may be snapshots")
  }

  @Test("are read where CONFIG may be asked, else from its figures; keys that it evicts are counted")
  func reading() async throws {
    try await withRedis(arguments: ["--maxmemory-policy", "allkeys-lru"]) { server in
      let connection = Connection(server.url)
      let asked = try await ServerHealth.look(on: connection)
      #expect(asked.warnings.count == 2 && asked.evictedKeys == 0)
      _ = try await connection.call("ACL", "SETUSER", "default", "-config")
      let figures = try await ServerHealth.look(on: connection)
      #expect(figures.warnings == Array(asked.warnings.prefix(1)))
    }
  }
}
