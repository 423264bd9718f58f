import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("The state of a service, as others read it") struct ServiceStateTests {
  @Test("is found by shard key with one question to one shard, where all are asked without")
  func byShardKey() async throws {
    try await TestBench.run(shards: 8) { bench in
      let places = (0..<20).map { "p\($0)" }
      for (number, place) in places.enumerated() {
        let shard = bench.namespace.shard(of: place)
        _ = try await bench.connection.call(
          "HSET", bench.namespace.state(shard, "counting", "counts"), "k\(number)", "\(number)")
      }
      let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
      func questions() async throws -> Int {
        let statistics = try await bench.connection.text("INFO", "commandstats")
        return statistics.firstMatch(of: /cmdstat_hget:calls=([0-9]+)/).flatMap { Int($0.1) } ?? 0
      }
      let before = try await questions()
      for (number, place) in places.enumerated() {
        #expect(try await state.field("counting", "counts", "k\(number)", shardKey: place) == "\(number)")
      }
      #expect(try await state.field("counting", "counts", "no such", shardKey: "p0") == nil)
      #expect(try await questions() - before == 21)
      #expect(try await state.field("counting", "counts", "k3").map(\.value) == ["3"])
      #expect(try await questions() - before == 29)
    }
  }
}
