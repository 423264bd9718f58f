import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient
import Logging
import RedisTestSupport
import RideHailing
import Synchronization
import Testing

@Suite("A restore") struct RestoreTests {
  private static let all = RideServices.standard.names

  private func events(_ seed: UInt64, _ count: Int) -> [EncodedEvent] {
    RideSimulator(seed: seed).prefix(count).flatMap(\.events)
  }

  private func restore(_ bench: RideBench) async throws -> RestoreReport {
    let namespace = try await Namespace.open("rides", shardCount: 4, on: bench.connection)
    return try await Restore(
      namespace: namespace, connection: bench.connection,
      archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
    ).run()
  }

  @Test("brings logs, positions and all state back after everything was lost", arguments: ArchiveKeeper.allCases)
  func everything(_ keeper: ArchiveKeeper) async throws {
    try await RideBench.run(archive: keeper) { bench in
      _ = try await bench.publish(events(5, 300))
      try await bench.running(Self.all) { try await bench.settled(Self.all) }
      let types = try await bench.types()
      let balances = try await TrialBalance.read(from: bench.state).rows
      _ = try await bench.connection.call("FLUSHALL")

      let report = try await restore(bench)
      #expect(report.shards.map(\.pending) == Array(repeating: [:], count: 4))
      #expect(try await bench.types() == types)
      #expect(try await TrialBalance.read(from: bench.state).rows == balances)
      #expect(try await bench.audit(archive: true).violations.isEmpty)
      // What was restored is recognised, and nothing is handled again.
      let again = try await bench.publish(events(5, 300))
      #expect(again.filter { !$0.isDuplicate }.isEmpty)
      try await bench.running(Self.all) { try await bench.settled(Self.all) }
      #expect(try await bench.types() == types)
      #expect(try await TrialBalance.read(from: bench.state).rows == balances)
      for service in RideServices.standard.rebuilt {
        let rebuilt = try await Rebuild(
          namespace: bench.namespace, connection: bench.connection,
          archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
        ).run(service, applies: false)
        #expect(rebuilt.isIdentical, "\(service)")
      }
      let once = try await restore(bench)
      // What became due meanwhile is there besides.
      #expect(zip(once.shards, report.shards).allSatisfy { $0.events >= $1.events })
      #expect(try await bench.types() == types)
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }

  @Test("brings back what was scheduled, as it was, from the archive, and what came and was cancelled comes no more")
  func scheduled() async throws {
    try await RideBench.run { bench in
      let rides = RideSimulator(seed: 6).prefix(60).map { EncodedEvent($0.completed.event) }
      let publisher = Publisher(namespace: bench.namespace, connection: bench.connection)
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      _ = try await publisher.publish(Array(rides[..<20]), due: .now() - .seconds(1))
      _ = try await publisher.publish(Array(rides[20...]), due: .now() + .seconds(3600))
      let cancelled = Array(rides[20..<30].map(\.id))
      #expect(try await publisher.cancel(cancelled).allSatisfy { $0 })
      try await bench.running(Self.all) {
        try await eventually("what is due is moved") { try await inspector.scheduledCount() == 30 }
        try await bench.settled(Self.all)
      }
      let waiting = try await inspector.scheduled()
      let length = try await inspector.length()
      _ = try await bench.connection.call("FLUSHALL")
      _ = try await restore(bench)
      let restored = try await inspector.scheduled()
      #expect(restored.map(\.id) == waiting.map(\.id) && restored.map(\.json) == waiting.map(\.json))
      #expect(restored.map(\.due) == waiting.map(\.due) && restored.map(\.recordID) == waiting.map(\.recordID))
      #expect(try await inspector.length() == length)
      let again = try await publisher.publish(rides.filter { !cancelled.contains($0.id) })
      #expect(again.allSatisfy { $0.isDuplicate } && again.count { $0.due != nil } == 30)
      #expect(try await restore(bench).shards.count == 4)
      #expect(try await inspector.scheduled().map(\.id) == waiting.map(\.id))
      let audit = try await bench.audit(archive: true)
      #expect(audit.violations.isEmpty && audit.rides == 20, "\(audit.violations.prefix(3))")
      for service in RideServices.standard.rebuilt {
        let rebuilt = try await Rebuild(
          namespace: bench.namespace, connection: bench.connection,
          archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
        ).run(service, applies: false)
        #expect(rebuilt.isIdentical, "\(service)")
      }
    }
  }

  @Test("verifies, though after it nothing is added to the log, whose last places hold what was published again")
  func repetitionsAtTheEnd() async throws {
    try await RideBench.run { bench in
      let rides = events(9, 30)
      for _ in 1...2 {
        _ = try await Namespace.open("rides", shardCount: 4, on: bench.connection)
        _ = try await bench.publish(rides)
        try await bench.running(["analytics"]) { try await bench.settled(["analytics"]) }
        _ = try await bench.connection.call("FLUSHALL")
      }
      _ = try await restore(bench)
      let verified = try await ArchiveLogTests.report(bench)
      #expect(verified.found == [])
      #expect(verified.shards.allSatisfy { $0.counting == .complete }, "\(verified.shards.map(\.counting))")
      // What comes next gets a later place than all that was restored, and is given to every group.
      for shard in bench.namespace.shards {
        let last = try await ArchiveReader(path: bench.configuration.archivePath, of: .rides).lastID(shard: shard)
        let extent = try await Inspector(namespace: bench.namespace, connection: bench.connection).extent(shard: shard)
        #expect(try #require(extent).lastGenerated >= last ?? .zero)
      }
    }
  }

  @Test("while services and a producer go on: no ride is lost, none is charged twice", arguments: [1, 2, 3])
  func meanwhile(seed: UInt64) async throws {
    try await RideBench.run { bench in
      let all = events(seed, 500)
      try await bench.running(Self.all) {
        try await withThrowingTaskGroup { group in
          let published = Mutex(0)
          let isRestored = Mutex(false)
          group.addTask {
            let publisher = Publisher(namespace: bench.namespace, connection: Connection(bench.server.url))
            // All of it, and more, for as long as the restore takes.
            repeat {
              for start in stride(from: 0, to: all.count, by: 40) {
                let part = all[start..<min(start + 40, all.count)]
                _ = try await publisher.publish(Array(part))
                published.withLock { $0 += part.count }
              }
            } while !isRestored.withLock { $0 }
          }
          try await eventually("a part is published") { published.withLock { $0 } >= 200 * Int(seed) }
          let lost = published.withLock { $0 }
          _ = try await bench.connection.call("FLUSHALL")
          try await eventually("more is published") { published.withLock { $0 } >= lost + 80 * Int(seed) }
          _ = try await restore(bench)
          isRestored.withLock { $0 = true }
          try await group.waitForAll()
        }
        // The producer was told that all of it was published; what the archive had not stored yet is gone.
        _ = try await bench.publish(all)
        try await bench.settled(Self.all)
      }
      let report = try await bench.audit(archive: true)
      #expect(report.violations.isEmpty, "\(report.violations.prefix(3))")
      #expect(report.rides == 500)
      let paid = try await bench.state.hash("payment", "payments")
      #expect(paid.count == 500)
    }
  }

  /// A service that the program that restores does not know.
  private static var loyalty: EventService {
    var service = EventService("loyalty")
    service.on(RideCompleted.self) { event in Effects { $0.increment("points", event.data.riderID, by: 1) } }
    return service
  }

  private func loyalty(_ bench: RideBench, _ body: () async throws -> Void) async throws {
    var settings = WorkerSettings(name: "loyalty")
    settings.leaseTime = .seconds(1)
    var log = Logger(label: "test")
    log.logLevel = .critical
    let worker = Worker(Self.loyalty, namespace: bench.namespace, redis: bench.server.url, settings: settings, log: log)
    try await withThrowingTaskGroup { group in
      group.addTask { try await worker.run() }
      try await body()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private func points(_ bench: RideBench) async throws -> Int {
    try await bench.state.hash("loyalty", "points").reduce(0) { $0 + (Int($1.value.value) ?? 0) }
  }

  @Test(
    "leaves a service that it does not know where it was; if the log was lost, that handles everything again from nothing, and is named",
    arguments: [false, true])
  func unknownService(isLost: Bool) async throws {
    try await RideBench.run { bench in
      _ = try await bench.publish(events(6, 100))
      try await bench.running(["analytics"]) {
        try await loyalty(bench) { try await bench.settled(["analytics", "loyalty"]) }
      }
      if isLost {
        _ = try await bench.connection.call("FLUSHALL")
        _ = try await Namespace.open("rides", shardCount: 4, on: bench.connection)
        _ = try await bench.publish(events(8, 20).filter { $0.type == RideCompleted.eventType })
        // What it counts of the new log is counted again.
        try await loyalty(bench) { try await bench.settled(["loyalty"]) }
        #expect(try await points(bench) == 20)
      }
      _ = try await bench.publish(events(7, 30))
      let report = try await restore(bench)
      #expect(Set(report.shards.flatMap(\.handledAgain)) == (isLost ? ["loyalty"] : []))
      if !isLost { #expect(try await points(bench) == 100) }
      try await loyalty(bench) { try await bench.settled(["loyalty"]) }
      #expect(try await points(bench) == (isLost ? 150 : 130))
    }
  }

  @Test("leaves what nobody needs in the archive if asked to, and hands out what was never handled")
  func partial() async throws {
    try await RideBench.run { bench in
      _ = try await bench.publish(events(7, 200))
      // Payment and notification have done nothing yet.
      let some = ["driver", "rating", "analytics", "surge"]
      try await bench.running(some) { try await bench.settled(some) }
      _ = try await bench.connection.call("FLUSHALL")
      let namespace = try await Namespace.open("rides", shardCount: 4, on: bench.connection)
      let report = try await Restore(
        namespace: namespace, connection: bench.connection,
        archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides),
        logFrom: .now() + .seconds(3600)
      ).run()
      #expect(report.shards.map { $0.pending["payment", default: 0] }.reduce(0, +) >= 200)
      #expect(report.shards.compactMap { $0.pending["driver"] }.isEmpty)
      try await bench.running(Self.all) { try await bench.settled(Self.all) }
      let audit = try await bench.audit(archive: true)
      #expect(audit.violations.isEmpty, "\(audit.violations.prefix(3))")
      #expect(audit.rides == 200)
    }
  }
}
