import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("A rebuild") struct RebuildTests {
  private static let all = RideServices.standard.names

  /// Rides with all that can happen to them.
  private func events(_ count: Int) -> [EncodedEvent] {
    RideSimulator(seed: 3).prefix(count).enumerated().flatMap { index, ride -> [EncodedEvent] in
      var events = ride.events
      let data = ride.completed.event
      if index % 3 == 0 {
        events.append(
          EncodedEvent(
            RideRated(rideID: data.rideID, driverID: data.driverID, city: data.city, stars: 1 + index % 5)))
      }
      if index % 10 == 0 {
        events.append(
          EncodedEvent(
            RefundRequested(of: CorrectedRide(data), amount: 1, correction: "c\(index)", reason: "late"),
            timestamp: ride.completed.at))
      }
      if index % 20 == 0 {
        events.append(
          EncodedEvent(
            AccountWithdrawalRequested(
              AccountHolder(.driver, data.driverID), city: data.city, amount: Money(500, data.fare.currency),
              movement: "w\(index)")))
      }
      return events
    }
  }

  private func handled(_ bench: RideBench, _ count: Int) async throws {
    _ = try await bench.publish(events(count))
    try await bench.running(Self.all) { try await bench.settled(Self.all) }
  }

  private func rebuild(_ bench: RideBench, fromArchive: Bool = false, archive: Bool = true) throws -> Rebuild {
    Rebuild(
      namespace: bench.namespace, connection: bench.connection,
      archive: archive ? try ArchiveReader(path: bench.configuration.archivePath, of: .rides) : nil,
      readsLog: !fromArchive)
  }

  @Test(
    "of each service comes to the state that the service has, from the log and from the archive alone",
    arguments: ArchiveKeeper.allCases)
  func identical(_ keeper: ArchiveKeeper) async throws {
    try await RideBench.run(archive: keeper) { bench in
      try await handled(bench, 400)
      for service in RideServices.standard.rebuilt {
        for fromArchive in [false, true] {
          let report = try await rebuild(bench, fromArchive: fromArchive).run(service, applies: false)
          let differences = report.shards.flatMap(\.comparison.differences)
          #expect(report.isIdentical, "\(service) \(differences.prefix(3))")
          #expect(report.isComplete, "\(service)")
          #expect(report.shards.map(\.comparison.liveDigest) == report.shards.map(\.comparison.rebuiltDigest))
          #expect(report.shards.map(\.events).max() ?? 0 > 0)
        }
      }
      #expect(try await rebuild(bench).fill(nil).isIdentical)
    }
  }

  @Test(
    "of analytics names what the archive lacks and what it has otherwise, and adds the former",
    arguments: ArchiveKeeper.allCases)
  func archive(_ keeper: ArchiveKeeper) async throws {
    try await RideBench.run(archive: keeper) { bench in
      try await handled(bench, 100)
      let whole = try await rebuild(bench).fill(nil)
      #expect(whole.isIdentical)
      #expect(whole.shards.map(\.comparison.liveDigest) == whole.shards.map(\.comparison.rebuiltDigest))
      #expect(Set(whole.shards.map(\.comparison.liveDigest)).count == bench.namespace.shardCount)
      let path = bench.configuration.archivePath
      try keeper.change(path, "DELETE FROM events WHERE type = 'RIDE_REQUESTED'")
      let found = try await rebuild(bench).fill(nil)
      #expect(found.shards.reduce(0) { $0 + $1.comparison.count } == 100)
      #expect(found.shards.map(\.comparison.liveDigest) != found.shards.map(\.comparison.rebuiltDigest))
      #expect(found.shards.map(\.comparison.rebuiltDigest) == whole.shards.map(\.comparison.rebuiltDigest))
      #expect(try await rebuild(bench).fill(Archive(path: path, of: .rides)).isApplied)
      #expect(try await rebuild(bench).fill(nil).isIdentical)
      try keeper.change(path, "UPDATE events SET event = '{}' WHERE type = 'RIDE_REQUESTED'")
      let changed = try await rebuild(bench).fill(Archive(path: path, of: .rides))
      #expect(changed.shards.reduce(0) { $0 + $1.comparison.count } == 100)
      #expect(!changed.isApplied)
    }
  }

  @Test("names what differs, and puts it right; nothing is charged or sent again")
  func repair() async throws {
    try await RideBench.run { bench in
      try await handled(bench, 200)
      let before = try await bench.types()
      let whole = try await bench.everything()
      let shard = try #require(bench.namespace.shards.first { bench.namespace.shard(of: "Paris") == $0 })
      let balances = bench.namespace.state(shard, "driver", "balances")
      let field = try #require(
        try await bench.connection.strings(["HKEYS", balances]).first { $0.hasPrefix("driver:") })
      _ = try await bench.connection.call("HINCRBY", balances, field, "7")
      _ = try await bench.connection.call(
        "HSET", bench.namespace.state(shard, "driver", "nobody"), "asked", "for this")

      let found = try await rebuild(bench).run("driver", applies: false)
      let differences = found.shards.flatMap(\.comparison.differences)
      #expect(Set(differences.map(\.item)) == [field, "asked"])
      let applied = try await rebuild(bench).run("driver", applies: true)
      #expect(applied.isApplied)
      #expect(try await rebuild(bench).run("driver", applies: false).isIdentical)
      #expect(try await bench.types() == before)

      for service in RideServices.standard.rebuilt {
        let report = try await rebuild(bench).run(service, applies: true)
        #expect(report.isIdentical, "\(service)")
        #expect(report.isApplied)
      }
      #expect(try await bench.types() == before)
      // Streams have an entry per record now, instead of one per commit.
      func hashes(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.contains(":journals:") && !$0.contains(":days:") }
      }
      #expect(hashes(try await bench.everything()) == hashes(whole))
      #expect(try await bench.audit().violations.isEmpty)
      #expect(try await bench.connection.strings(["KEYS", "*:rebuild:*"]).isEmpty)
    }
  }

  @Test("goes on while the service works, and loses and doubles nothing of what comes meanwhile")
  func whileWorking() async throws {
    try await RideBench.run { bench in
      try await handled(bench, 100)
      let more = events(600)
      let publisher = Publisher(namespace: bench.namespace, connection: Connection(bench.server.url))
      try await bench.running(Self.all) {
        // While each of them is rebuilt, a part comes.
        let size = more.count / RideServices.standard.rebuilt.count + 1
        for (service, start) in zip(RideServices.standard.rebuilt, stride(from: 0, to: more.count, by: size)) {
          async let published: Void = {
            for start in stride(from: start, to: min(start + size, more.count), by: 10) {
              _ = try await publisher.publish(Array(more[start..<min(start + 10, more.count)]))
            }
          }()
          let report = try await rebuild(bench).run(service, applies: true)
          #expect(report.isApplied, "\(service) \(report.isComplete)")
          try await published
        }
        try await bench.settled(Self.all)
      }
      #expect(try await bench.audit().violations.isEmpty)
      for service in RideServices.standard.rebuilt {
        let report = try await rebuild(bench).run(service, applies: false)
        #expect(report.isIdentical, "\(service) \(report.shards.flatMap(\.comparison.differences).prefix(3))")
      }
    }
  }

  @Test("takes what was trimmed from the archive, and changes nothing where history lacks something")
  func incomplete() async throws {
    try await RideBench.run { bench in
      try await handled(bench, 200)
      for shard in bench.namespace.shards {
        _ = try await bench.connection.call("XTRIM", bench.namespace.log(shard, RideTopics.rides), "MAXLEN", "10")
      }
      let whole = try await rebuild(bench).run("payment", applies: false)
      #expect(whole.isIdentical)
      #expect(whole.isComplete)

      // Without the archive most rides' events are gone, and of some only the charge is left.
      let report = try await rebuild(bench, archive: false).run("payment", applies: true)
      #expect(!report.isIdentical)
    }
  }

  @Test("misses nothing of a log that ends with what was published again after its id was forgotten")
  func repetitionsAtTheEnd() async throws {
    try await RideBench.run { bench in
      try await handled(bench, 100)
      for shard in bench.namespace.shards {
        for key in try await bench.connection.strings(["KEYS", "rides:{\(shard)}:seen:*"]) {
          _ = try await bench.connection.call("DEL", key)
        }
      }
      let rides = RideSimulator(seed: 3).prefix(100).map(\.completed).map { EncodedEvent($0.event, timestamp: $0.at) }
      #expect(try await bench.publish(rides).allSatisfy { !$0.isDuplicate })
      try await bench.running(Self.all) { try await bench.settled(Self.all) }
      for service in RideServices.standard.rebuilt {
        let report = try await rebuild(bench).run(service, applies: false)
        #expect(report.isComplete, "\(service) \(report.shards.map(\.missing))")
      }
      #expect(try await rebuild(bench).run("payment", applies: true).isApplied)
    }
  }
}
