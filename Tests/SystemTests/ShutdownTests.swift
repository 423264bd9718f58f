import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("Shutting down", .serialized) struct ShutdownTests {
  /// Runs two replicas of `driver` under load; returns how long after `end` of the first the other has committed in a shard of it.
  private func handover(lease: String, end: (RidesProcess) -> Void) async throws -> Duration {
    var took = Duration.zero
    try await SystemBench.run { bench in
      let first = try bench.worker("driver", "--name", "first", "--lease-time", lease)
      let second = try bench.worker("driver", "--name", "second", "--lease-time", lease)
      let publisher = try RidesProcess(
        ["publish", "--simulate", "100000", "--rate", "400"], redis: bench.url, isQuiet: true)
      defer { [first, second, publisher].forEach { $0.crash() } }
      try await eventually("both work") {
        let status = try await bench.status("driver")
        return status.count { $0.owner == "first" } == 4 && status.count { $0.owner == "second" } == 4
      }
      try await eventually("they are in the middle") { try await bench.handled("driver") > 500 }
      let shards = try await bench.status("driver").filter { $0.owner == "first" }.map(\.shard)
      let began = ContinuousClock.now
      end(first)
      try await eventually("the second has committed in a shard of the first") {
        for shard in shards {
          let lease = try await bench.connection.strings(["HMGET", "rides:{\(shard)}:lease:driver", "owner", "commit"])
          if lease[0] == "second", Int(lease[1]) ?? 0 > 0 { return true }
        }
        return false
      }
      took = ContinuousClock.now - began
    }
    return took
  }

  @Test("hands over: another worker has committed 200 ms after SIGTERM")
  func afterSIGTERM() async throws {
    let took = try await handover(lease: "20s") { $0.requestStop() }
    #expect(took < .milliseconds(200), "\(took)")
  }

  @Test("without ceremony (kill -9), another worker has committed after the lease time and 1 s")
  func afterKill() async throws {
    let took = try await handover(lease: "1s") { $0.crash() }
    #expect(took < .seconds(2), "\(took)")
  }

  @Test(
    "its last line says what was in flight and what of it was left", arguments: [("0ms", "5s", 0), ("60s", "100ms", 1)])
  func lastLine(latency: String, patience: String, left: Int) async throws {
    try await SystemBench.run { bench in
      let said = bench.folder.appending(path: "end")
      try Data().write(to: said)
      let worker = try RidesProcess(
        ["worker", "payment", "--create", "--gateway-latency", latency, "--drain-timeout", patience], redis: bench.url,
        target: said)
      defer { worker.crash() }
      #expect(try await bench.rides("publish", "--simulate", "1").status == 0)
      try await eventually("it is in the middle, or through") {
        let status = try await bench.status("payment")
        return left > 0
          ? status.contains { $0.pending > 0 } : status.count == 8 && status.allSatisfy { $0.lag + $0.pending == 0 }
      }
      #expect(worker.stop() == 0)
      let line = try String(contentsOf: said, encoding: .utf8)
      #expect(line == #"{"services":[{"service":"payment","inFlight":\#(left),"left":\#(left)}]}"# + "\n")
    }
  }

  @Test("takes as long as what was begun; a second signal ends it at once, and nothing is lost")
  func secondSignal() async throws {
    try await SystemBench.run { bench in
      let log = bench.folder.appending(path: "worker.log")
      let worker = try RidesProcess(
        ["worker", "payment", "--create", "--gateway-latency", "60s", "--drain-timeout", "60s"], redis: bench.url,
        log: log)
      defer { worker.crash() }
      #expect(try await bench.rides("publish", "--simulate", "1").status == 0)
      try await eventually("it has begun") { try await bench.status("payment").contains { $0.pending > 0 } }
      worker.requestStop()
      try await eventually("it drains") { try String(contentsOf: log, encoding: .utf8).contains("draining") }
      #expect(worker.isRunning)
      worker.requestStop()
      try await eventually("it has ended", within: .seconds(5)) { !worker.isRunning }
      #expect(try await worker.stopWhenDone() == 128 + SIGTERM)
      #expect(try await bench.status("payment").reduce(0) { $0 + $1.pending } > 0)
    }
  }
}
