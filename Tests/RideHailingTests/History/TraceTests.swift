import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@testable import RideHailing

@Suite("A ride's trace") struct TraceTests {
  private static let services = RideServices.standard.names

  /// Whole lives of some rides, with what people do to them afterwards.
  private static func lives(_ seed: UInt64, until end: Timestamp) -> [[EncodedEvent]] {
    let day = Array(
      SimulatedDay(
        seed: seed, cities: Array(SimulatedCity.all.prefix(3)), rides: 60, days: 1,
        end: end, wholeLife: true)
    ).filter { $0.type != CarsSeen.eventType }
    var later: [EncodedEvent] = []
    let completed = day.compactMap { try? RideCompleted(ofEvent: $0.json.span) }
    for (index, ride) in completed.enumerated() {
      if index % 5 == 0 {
        later.append(EncodedEvent(RefundRequested(of: CorrectedRide(ride), amount: 1, correction: "a/b", reason: "r")))
      }
      if index % 7 == 0 {
        later.append(EncodedEvent(RideRated(rideID: ride.rideID, driverID: ride.driverID, city: ride.city, stars: 4)))
        later.append(
          EncodedEvent(
            RideRated(
              rideID: ride.rideID, driverID: ride.driverID, city: ride.city, stars: 5, by: .driver,
              riderID: ride.riderID)))
      }
      if index % 6 == 0, ride.payment.method != .cash {
        for tip in ["one", "two"] {
          later.append(
            EncodedEvent(
              RideTipped(
                rideID: ride.rideID, riderID: ride.riderID, driverID: ride.driverID, city: ride.city,
                amount: Money(100, ride.fare.currency), tip: tip)))
        }
      }
      if index % 9 == 0 {
        // Another completion of the same ride.
        var again = ride
        again.driverID += "-2"
        later.append(EncodedEvent(again, id: "again-\(ride.rideID)"))
      }
    }
    return [day, later]
  }

  /// The events of each ride, as the logs have them.
  private static func logged(_ bench: RideBench) async throws -> [Identifier: [String]] {
    let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
    let catalog = RideServices.standard.catalog
    var rides: [Identifier: [String]] = [:]
    for shard in bench.namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
        guard let ride = catalog.ride(of: entry.json.span) else { continue }
        rides[ride, default: []].append(try EventHeader(ofEvent: entry.json.span, fallbackID: "").id)
      }
    }
    return rides.mapValues { $0.sortedByBytes() }
  }

  /// The ride's own; what led to that a debt was paid may be about more than one ride.
  private static func ids(_ report: RideReport?) -> [String] {
    let others = [CardChanged.eventType, AccountDeposited.eventType]
    return report?.events.map(\.header).filter { !others.contains($0.type) }.map(\.id).sortedByBytes() ?? []
  }

  @Test(
    "has all that the log has of random lives, by what events are called; and all of it from the archive when the log has it no more"
  )
  func whole() async throws {
    let seed = UInt64.random(in: 1...1_000_000)
    let end = Timestamp(secondsSinceEpoch: Timestamp.now().microsecondsSinceEpoch / 1_000_000)
    let lives = "seed \(seed), until \(end)"
    try await RideBench.run { bench in
      try await bench.running(Self.services) {
        for part in Self.lives(seed, until: end) {
          _ = try await bench.publish(part)
          try await bench.settled(Self.services)
        }
      }
      let rides = try await Self.logged(bench)
      #expect(rides.count > 60)
      let archive = try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
      func read(_ ride: Identifier, _ archive: ArchiveReader?, _ search: TraceSearch) async throws -> RideReport? {
        try await RideReport.read(ride.text, bench.namespace, bench.connection, archive: archive, search: search)
      }
      for (ride, events) in rides {
        let named = try await read(ride, nil, .names)
        // A producer's own names follow from nothing, and of what was refused nobody keeps the name.
        let refused = events.compactMap { id in
          id.hasPrefix("CORRECTION_REFUSED:")
            ? String(id.dropFirst(19))
            : id.hasPrefix("TIP_REFUSED/") ? id.replacing("TIP_REFUSED/", with: "RIDE_TIPPED/") : nil
        }
        let followed = events.filter { id in
          !id.contains("again-") && !id.hasPrefix("CORRECTION_REFUSED:") && !id.hasPrefix("TIP_REFUSED/")
            && !refused.contains(id)
        }
        let found = Set(Self.ids(named))
        let missing = Set(followed).subtracting(found).sorted()
        let more = found.subtracting(events).sorted()
        #expect(missing.isEmpty && more.isEmpty, "\(lives), \(ride): missing \(missing), more \(more)")
        #expect(named?.isComplete == false)
        let whole = try await read(ride, nil, .log)
        #expect(Self.ids(whole) == events && whole?.isComplete == true, "\(lives), \(ride)")
        let archived = try await read(ride, archive, .names)
        #expect(Self.ids(archived) == events && archived?.isComplete == true, "\(lives), \(ride)")
        #expect(archived?.isSettled == true && named?.isSettled == true)
      }
      for key in try await bench.connection.strings(["KEYS", "rides:*:log:*"]) {
        _ = try await bench.connection.call("XTRIM", key, "MAXLEN", "0")
      }
      for (ride, events) in rides {
        let archived = try await read(ride, archive, .names)
        #expect(Self.ids(archived) == events, "\(lives), \(ride)")
        #expect(archived?.isComplete == true && archived?.isSettled == true)
      }
    }
  }

  @Test("knows what the archive does not have yet, whatever it is called")
  func end() async throws {
    try await RideBench.run { bench in
      let ride = completedRide("r", fare: Fare(base: 1_000, currency: .usd))
      try await bench.handle([EncodedEvent(ride)], by: Self.services)
      let archive = try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
      let refund = RefundRequested(of: CorrectedRide(ride), amount: 400, correction: "c", reason: "r")
      _ = try await bench.publish([EncodedEvent(refund, id: "mine", key: "mine")])
      let report = try #require(
        try await RideReport.read("r", bench.namespace, bench.connection, archive: archive))
      #expect(report.isComplete && !report.isSettled)
      #expect(report.events.last?.header.id == "mine")
      #expect(report.events.last?.steps.first { $0.service == "payment" }?.state == "waiting")
      #expect(try await RideReport.read("nobody", bench.namespace, bench.connection, archive: archive) == nil)
    }
  }

  @Test(
    "costs the same however long the logs are, whatever waits and however many letters are dead",
    arguments: [false, true])
  func cost(archived: Bool) async throws {
    try await RideBench.run { bench in
      let ride = completedRide("r", fare: Fare(base: 1_000, currency: .usd))
      try await bench.handle([EncodedEvent(ride)], by: Self.services)
      let archive = archived ? try ArchiveReader(path: bench.configuration.archivePath, of: .rides) : nil
      func cost(of ride: String) async throws -> (commands: Int, bytes: Int) {
        try await bench.cost {
          _ = try await RideReport.read(ride, bench.namespace, bench.connection, archive: archive)
        }
      }
      let (known, unknown) = (try await cost(of: "r"), try await cost(of: "nobody"))
      // Others' events, before and after what the archive has, and events that wait.
      func others(_ prefix: String) -> [EncodedEvent] {
        (0..<4000).map {
          EncodedEvent(
            RideQuoted(
              rideID: "\(prefix)-\($0)", riderID: "u", city: ride.city,
              quote: Quote(price: Money(1200, .usd), lockedUntil: .now())))
        }
      }
      try await bench.handle(others("a"), by: Self.services)
      let publisher = Publisher(namespace: bench.namespace, connection: bench.connection)
      _ = try await publisher.publish(others("w"), due: .now() + .seconds(86_400))
      try await bench.handle([], by: Self.services)
      let shard = bench.namespace.shard(of: ride.city)
      for number in 0..<3000 {
        let about = #"{"reason":"r","attempts":1,"worker":"w","at":"2026-04-03T10:30:00Z"}"#
        _ = try await bench.connection.call(
          "XADD", bench.namespace.dead(shard, "payment"), "*", "entry", "1-\(number)", "topic", "rides", "key",
          "k\(number)", "kind", "dead", "about", about, "event", "{}")
        _ = try await bench.connection.call("HSET", bench.namespace.blocked(shard, "payment"), "k\(number)", "1")
      }
      let (knownLater, unknownLater) = (try await cost(of: "r"), try await cost(of: "nobody"))
      #expect(knownLater.commands <= known.commands + 10 && unknownLater.commands <= unknown.commands + 10)
      #expect(knownLater.bytes <= known.bytes + 4000, "\(known) \(knownLater)")
      #expect(unknownLater.bytes <= unknown.bytes + 4000, "\(unknown) \(unknownLater)")
    }
  }

  @Test("costs the same however much its driver has driven, and says what was earned")
  func driver() async throws {
    try await RideBench.run { bench in
      func ride(_ id: String) -> RideCompleted { completedRide(id, fare: Fare(base: 1000, currency: .usd)) }
      func handle(_ events: EncodedEvent...) async throws { try await bench.handle(events, by: Self.services) }
      // Before it and after it, of the same driver and of others whose accounts lie beside it.
      func others(_ prefix: String) -> [EncodedEvent] {
        (0..<1000).map {
          var other = ride("\(prefix)-\($0)")
          if $0 % 2 == 0 { other.driverID = "driver-\($0)" }
          return EncodedEvent(other)
        }
      }
      func cost() async throws -> (commands: Int, bytes: Int) {
        try await bench.cost { _ = try await RideReport.read("r", bench.namespace, bench.connection) }
      }
      try await handle(EncodedEvent(ride("r")))
      let alone = try await cost()
      try await bench.handle(others("later"), by: Self.services)
      let later = try await cost()
      #expect(later.commands <= alone.commands + 10 && later.bytes <= alone.bytes + 4000, "\(alone) \(later)")
      // All that was booked of it, whenever that was.
      let tip = RideTipped(
        rideID: "r", riderID: "rider-1", driverID: "driver-1", city: "New York", amount: Money(100, .usd), tip: "t")
      let dearer = FareAdjustmentRequested(
        of: CorrectedRide(ride("r")), newFare: Fare(base: 2000, currency: .usd), correction: "c", reason: "r")
      try await handle(EncodedEvent(tip))
      try await bench.handle(others("even-later"), by: Self.services)
      try await handle(EncodedEvent(dearer))
      let report = try await RideReport.read("r", bench.namespace, bench.connection)
      #expect(report?.outcome.earned.map(\.amount.minorUnits) == [800, 100, 800])
    }
  }
}

extension RideBench {
  /// What something has a server do: how many commands, and how many bytes it answers.
  func cost(of body: () async throws -> Void) async throws -> (commands: Int, bytes: Int) {
    func numbers() async throws -> (commands: Int, bytes: Int) {
      let text = try Self.text(await connection.call("INFO", "stats"))
      func number(_ name: String) -> Int {
        text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name):") }.flatMap {
          Int($0.dropFirst(name.count + 1))
        } ?? 0
      }
      return (number("total_commands_processed"), number("total_net_output_bytes"))
    }
    let before = try await numbers()
    try await body()
    let after = try await numbers()
    return (after.commands - before.commands, after.bytes - before.bytes)
  }

  private static func text(_ reply: borrowing Reply) throws -> String { try reply.root.string() }
}
