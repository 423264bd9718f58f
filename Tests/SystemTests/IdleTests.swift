import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("Idle workers", .serialized) struct IdleTests {
  @Test(
    "six together use less than 2 % of a core, and fewer than 100 commands a second, those inside functions counted")
  func six() async throws {
    try await SystemBench.run { bench in
      let workers = try RidesProcess(
        [
          "up", "--archive", bench.folder.appending(path: "a.sqlite").path(), "--outbox",
          bench.folder.appending(path: "outbox").path(),
        ], redis: bench.url, isQuiet: true)
      defer { workers.crash() }
      try await eventually("they own everything") {
        let namespace = try await Namespace.find("rides", on: bench.connection)
        guard let namespace else { return false }
        let status = try await Inspector(namespace: namespace, connection: bench.connection).status()
        return status.count == 48 && status.allSatisfy { $0.owner != nil }
      }
      // Until the first look after that, which is a thorough one, is over.
      let thorough = ContinuousClock.now + .seconds(2)
      try await Task.sleep(until: thorough, clock: .continuous)
      let before = workers.processorTime()
      _ = try await bench.connection.call("CONFIG", "RESETSTAT")
      let began = ContinuousClock.now
      // Twice the time between two looks at the leases.
      try await Task.sleep(for: .seconds(10))
      let calls = try await commands(bench.connection)
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      #expect(Double(calls) / seconds < 100, "\(calls) commands in \(seconds) s")
      if let before, let after = workers.processorTime() {
        #expect((after - before) / seconds < 0.02, "\(after - before) s of \(seconds) s")
      }
    }
  }

  @Test(
    "six together read the 64 shards that a cluster has unasked only now and then, as its nodes tell them what comes")
  func cluster() async throws {
    try await ClusterBench.run { bench in
      let workers = try RidesProcess(
        [
          "up", "--archive", bench.archive, "--outbox", bench.folder.appending(path: "outbox").path(),
        ], redis: bench.cluster.url.description, isQuiet: true)
      defer { workers.crash() }
      try await eventually("they own everything") {
        guard let namespace = try await Namespace.find("rides", on: bench.connection) else { return false }
        let status = try await Inspector(namespace: namespace, connection: bench.connection).status()
        return status.count == 6 * 64 && status.allSatisfy { $0.owner != nil }
      }
      func reads() async throws -> Int {
        var sum = 0
        for master in bench.cluster.masters {
          let statistics = try await ClusterServers.text("INFO", "commandstats", at: master)
          sum += Self.commands(in: statistics, named: "xreadgroup")
        }
        return sum
      }
      var before = try await reads()
      try await eventually("all are quiet") {
        try await Task.sleep(for: .seconds(1))
        let now = try await reads()
        defer { before = now }
        return now - before <= 6 * 64
      }
      let began = ContinuousClock.now
      try await Task.sleep(for: .seconds(10))
      let (after, seconds) = (try await reads(), (ContinuousClock.now - began) / .seconds(1))
      // Everything every five seconds, and twice in that time at the most.
      #expect(Double(after - before) / seconds < 6 * 64 / 2.5, "\(after - before) reads in \(seconds) s")
    }
  }

  private func commands(_ connection: Connection) async throws -> Int {
    let reply = try await connection.call("INFO", "commandstats")
    return Self.commands(in: try reply.root.string())
  }

  private static func commands(in statistics: String, named name: String = "") -> Int {
    statistics.split(separator: "\r\n").reduce(0) { sum, line in
      // cmdstat_fcall:calls=12,usec=…
      let fields = line.split(separator: ":calls=")
      guard line.hasPrefix("cmdstat_\(name)"), fields.count == 2 else { return sum }
      return sum + (Int(fields[1].prefix(while: \.isNumber)) ?? 0)
    }
  }
}
