import EventStreams
import HiredisClient
import RedisTestSupport
import Testing

@Suite("rides audit") struct AuditCommandTests {
  @Test(
    "ends with 0 when all holds, and with 1 and what does not when something was changed", arguments: ["table", "json"])
  func status(format: String) async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.simulate(20).status == 0)
      try await bench.forgetAll(but: ["payment", "driver"])
      let workers = [try bench.worker("payment"), try bench.worker("driver")]
      defer { for worker in workers { worker.stop() } }
      #expect(try await bench.rides("wait", "--timeout", "30s").status == 0)
      let before = try await bench.rides("audit", "--format", format)
      #expect(before.status == 0, "\(before.output)")
      let key = try await anyKey(bench, "*:driver:balances")
      _ = try await bench.connection.call("HINCRBY", key, "clearing|USD", "1")
      let after = try await bench.rides("audit", "--format", format)
      #expect(after.status == 1)
      #expect(after.output.contains("clearing|USD"), "\(after.output)")
    }
  }

  private func anyKey(_ bench: SystemBench, _ pattern: String) async throws -> String {
    let keys = try await bench.connection.call("KEYS", pattern)
    return try keys.root[0].string()
  }
}
