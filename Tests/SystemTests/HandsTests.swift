import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("Somebody's hands in the server", .serialized) struct HandsTests {
  private func archive(_ bench: SystemBench) -> String { bench.folder.appending(path: "archive.sqlite").path() }

  private func state(_ bench: SystemBench) async throws -> ServiceState {
    ServiceState(namespace: try await bench.namespace(), connection: bench.connection)
  }

  /// Moves every group of every shard.
  private func moveGroups(_ bench: SystemBench, to place: String) async throws {
    var commands = Commands()
    for shard in try await bench.namespace().shards {
      for service in RideServices.standard.subscriptions {
        let topics = service.isOfAll ? try await bench.namespace().topics(on: bench.connection)[shard] : service.topics
        for topic in topics {
          commands.append("XGROUP", "SETID", "rides:{\(shard)}:log:\(topic)", service.service, place)
        }
      }
    }
    try await bench.connection.send(commands).check()
  }

  private func expectWhole(_ bench: SystemBench, rides count: Int) async throws {
    let waited = try await bench.rides("wait", "--timeout", "60s")
    #expect(waited.status == 0, "\(waited.output) \(waited.errors)")
    let verified = try await bench.rides("archive", "verify", "--archive", archive(bench))
    #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
    let audit = try await bench.rides("audit", "--archive", archive(bench))
    #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
    #expect(audit.output.contains("\(count) rides,"), "\(audit.output)")
  }

  @Test(
    "that move the groups of six services at work leave every ride paid, mailed and archived once, and the archive whole"
  )
  func movedGroups() async throws {
    try await SystemBench.run { bench in
      let (count, seed) = (2000, UInt64(31))
      let workers = try RideServices.standard.names.map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      for place in ["0", "$"] {
        let before = try await bench.handled("driver")
        #expect(try await bench.simulate(place == "0" ? count / 2 : count, seed: seed).status == 0)
        try await eventually("they are at work") { try await bench.handled("driver") > before + 500 }
        try await moveGroups(bench, to: place)
      }
      // A group that stands at the end has nothing left, until it is put back.
      for (service, hash) in [("payment", "payments"), ("rating", "windows"), ("notification", "receipts")] {
        try await eventually("\(service) has handled all", within: .seconds(60)) {
          try await state(bench).hash(service, hash).count == count
        }
      }
      try await eventually("the archive has all", within: .seconds(60)) {
        try await bench.rides("archive", "verify", "--archive", archive(bench)).status == 0
      }
      try await expectWhole(bench, rides: count)
      try await bench.expectEachRideOnce(seed: seed, count: count)
    }
  }

  @Test(
    "that trim what services have not been given are named by a rebuild, which refuses and points to restore; after that all is handled, and the archive verified"
  )
  func trimmed() async throws {
    try await SystemBench.run { bench in
      do {
        let analytics = try bench.worker("analytics")
        defer { analytics.crash() }
        #expect(try await bench.simulate(100, seed: 32).status == 0)
        #expect(try await bench.rides("wait", "--timeout", "60s", "--service", "analytics").status == 0)
        analytics.stop()
      }
      for shard in try await bench.namespace().shards {
        for topic in try await bench.namespace().topics(on: bench.connection)[shard] {
          _ = try await bench.connection.call("XTRIM", "rides:{\(shard)}:log:\(topic)", "MAXLEN", "0")
        }
      }
      let workers = try RideServices.standard.names.map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      #expect(try await bench.simulate(100, seed: 33).status == 0)
      #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
      #expect(try await state(bench).hash("payment", "payments").count == 100)
      let rebuilt = try await bench.rides("rebuild", "payment", "--apply", "--archive", archive(bench))
      #expect(rebuilt.status == 1, "\(rebuilt.output)")
      #expect(rebuilt.errors.contains("removed from the log before payment got them"), "\(rebuilt.errors)")
      #expect(rebuilt.errors.contains("rides restore --from-archive"), "\(rebuilt.errors)")

      let restored = try await bench.rides("restore", "--from-archive", archive(bench))
      #expect(restored.status == 0, "\(restored.errors)")
      try await expectWhole(bench, rides: 200)
      #expect(try await bench.rides("rebuild", "payment", "--apply", "--archive", archive(bench)).status == 0)
    }
  }

  @Test("do not make a rebuild guess: a service that this program does not know is refused by name, and left alone")
  func unknownService() async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.simulate(5).status == 0)
      let refused = try await bench.rides("rebuild", "loyalty", "--apply")
      #expect(refused.status == 64)
      #expect(refused.errors.contains("there is no service 'loyalty' to rebuild"), "\(refused.errors)")
    }
  }
}
