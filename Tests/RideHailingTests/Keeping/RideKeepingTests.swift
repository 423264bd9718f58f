import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@testable import RideHailing

@Suite("What is kept of rides that are past their time") struct RideKeepingTests {
  private let keeping = Keeping(accounts: .seconds(5 * 86_400), rides: .seconds(31 * 86_400))
  private let services = RideServices.standard.keepingRides

  /// Movements of accounts are no rides.
  private func memory(_ days: SimulatedDays) async throws -> Int {
    try await days.memory { $0 != HolderAccounts.movements && !$0.hasPrefix("minute:") }
  }

  private func expectSame(_ days: SimulatedDays, readsLog: [Bool] = [true, false]) async throws {
    let report = try await days.bench.audit(archive: true)
    #expect(report.violations.isEmpty, "\(report.violations.prefix(5))")
    for service in services {
      for readsLog in readsLog {
        let rebuilt = try await Rebuild(
          namespace: days.bench.namespace, connection: days.bench.connection, archive: days.archive, readsLog: readsLog
        ).run(service, applies: false)
        #expect(rebuilt.isIdentical, "\(service): \(rebuilt.shards.flatMap(\.comparison.differences).prefix(5))")
        #expect(rebuilt.isComplete)
      }
    }
  }

  /// The reason with which something was refused, by the event's id; nil if it was not.
  private func refusal<Data: EventData>(
    _ type: Data.Type, in days: SimulatedDays, _ reason: (Data) -> String?
  ) async throws -> String? {
    for shard in days.bench.namespace.shards {
      for entry in try await days.inspector.entries(shard: shard, after: .zero, limit: 1_000_000) {
        guard String(decoding: entry.json, as: UTF8.self).contains("\"type\":\"\(Data.eventType)\"") else { continue }
        if let found = reason(try Data(ofEvent: entry.json.span)) { return found }
      }
    }
    return nil
  }

  @Test(
    "leaves: three times as many rides as are kept take no more memory; what comes about closed rides is refused with its reason, and nothing is booked twice"
  )
  func flat() async throws {
    try await RideBench.run { bench in
      let days = SimulatedDays(bench, ridesPerDay: 12)
      let (last, late) = (95, days.ride(2, 3))
      var sizes: [Int] = []
      var known: PaymentRecord?
      try await bench.running(RideServices.standard.names) {
        for day in 0...last {
          try await days.pass(day)
          // A refund and all.
          if day == 2 { known = try await RideState(bench.state).payment(late.rideID) }
          #expect(try await days.close(keeping, mostAtOnce: 5).allSatisfy { $0.heldBy == nil })
          sizes.append(try await memory(days))
        }
        #expect(sizes[36...].allSatisfy { abs($0 - sizes[36]) * 20 <= sizes[36] }, "\(sizes)")
        for service in services {
          let shard = bench.namespace.shard(of: late.city)
          let kept = try await bench.state.fields(service, RideRecords.days, shard: shard)
          #expect((32...36).contains(kept.count), "\(service) \(kept.keys.sorted())")
        }
        #expect(try await RideState(bench.state).payment(late.rideID) == nil)
        try await expectSame(days)
        let archived = try await RideState(bench.state).payment(late.rideID, in: days.archive)
        #expect(archived == known)
        #expect(try await RideState(bench.state).receipt(late.rideID, in: days.archive)?.said == known?.standing)

        // The same again, long after; another one as late; one that was imported; a correction, a rating.
        let before = try await bench.books()
        var (first, imported) = (late, late)
        first.rideID = "late"
        imported.rideID = "imported"
        imported.isImported = true
        let at = try #require(late.completedAt)
        _ = try await bench.publish([
          EncodedEvent(late, id: "again", timestamp: at), EncodedEvent(first, timestamp: at),
          EncodedEvent(
            RefundRequested(of: CorrectedRide(late), amount: 5, correction: "late", reason: "late"), timestamp: at),
          EncodedEvent(
            RideRated(rideID: late.rideID, driverID: late.driverID, city: late.city, stars: 5), id: "rated",
            timestamp: at),
        ])
        try await bench.settled(RideServices.standard.names)
        #expect(try await bench.books() == before)
        for ride in [late, first] {
          let reason = try await refusal(CompletionRefused.self, in: days) {
            $0.rideID == ride.rideID ? $0.reason : nil
          }
          #expect(reason?.hasPrefix("the ride ended at \(at), and rides from before") == true, "\(reason ?? "-")")
        }
        let correction = try await refusal(CorrectionRefused.self, in: days) {
          $0.correction == "late" ? $0.reason : nil
        }
        #expect(correction?.contains("or it ended before") == true, "\(correction ?? "-")")
        let rating = try await refusal(RatingRefused.self, in: days) { $0.rideID == late.rideID ? $0.reason : nil }
        #expect(rating?.contains("or it ended before") == true, "\(rating ?? "-")")

        _ = try await bench.publish([EncodedEvent(imported, timestamp: at)])
        try await bench.settled(RideServices.standard.names)
        #expect(try await RideState(bench.state).payment("imported")?.fare == late.fare)
        #expect(try await RideState(bench.state).driven("imported")?.fare == late.fare)
      }
      try await expectSame(days, readsLog: [true])
    }
  }

  @Test("is given up before it leaves, if it is owed; and a dispute leaves when it was decided as long ago")
  func owed() async throws {
    try await RideBench.run { bench in
      let days = SimulatedDays(bench, ridesPerDay: 12)
      func ride(_ id: String, _ card: String) -> RideCompleted {
        var ride = days.ride(0, 0)
        (ride.rideID, ride.riderID, ride.payment) = (id, "rider-\(id)", Payment(.card, token: card))
        return ride
      }
      func contested(_ ride: RideCompleted, _ dispute: String, on day: Int) -> EncodedEvent {
        EncodedEvent(
          GatewayNotified(
            rideID: ride.rideID, riderID: ride.riderID, city: ride.city, notice: "evt_\(dispute)",
            subject: "charge.dispute.closed", reference: "ch_RIDE_COMPLETED:\(ride.rideID)", dispute: dispute),
          timestamp: days.start(of: day) + .seconds(5000))
      }
      let owed = ride("owed", "tok_declined_lost_card")
      let (lost, open) = (ride("lost", "tok_visa"), ride("open", "tok_visa"))
      let state = RideState(bench.state)
      try await bench.running(RideServices.standard.names) {
        for day in 0...40 {
          try await days.pass(day)
          if day == 0 {
            _ = try await bench.publish(
              [owed, lost, open].map { EncodedEvent($0, timestamp: $0.completedAt ?? .now()) })
          }
          if day == 4 {
            _ = try await bench.publish([
              contested(lost, "dp_lost_1", on: day), contested(open, "dp_open_1", on: day),
            ])
          }
          try await bench.settled(RideServices.standard.names)
          try await days.close(keeping)
          try await bench.settled(RideServices.standard.names)
          if day == 34 {
            #expect(try await state.payment("lost") == nil)
            #expect(try await state.disputes("lost").count == 1)
          }
        }
        #expect(try await state.arrears(of: "rider-owed").isEmpty)
        #expect(try await state.payment("owed") == nil)
        let written = try await bench.events("PAYMENT_WRITTEN_OFF").filter { $0.contains(#""rideId":"owed""#) }
        #expect(written.count == 1 && written[0].contains("the ride is closed"), "\(written)")
        #expect(try await bench.balances("payment", "receivable:rider-owed") == ["USD": 0])
        #expect(try await state.disputes("lost").isEmpty)
        #expect(try await state.disputes("open").count == 1)
      }
      try await expectSame(days)
    }
  }

  @Test("stays until every service has handled what payment had allowed of them")
  func order() async throws {
    try await RideBench.run { bench in
      let days = SimulatedDays(bench, ridesPerDay: 12)
      let others = RideServices.standard.names.filter { $0 != "driver" }
      let ride = days.ride(0, 0)
      func records(_ service: String, _ hash: String) async throws -> Int {
        try await bench.connection.integer([
          "HEXISTS", bench.namespace.state(bench.namespace.shard(of: ride.city), service, hash), ride.rideID,
        ])
      }
      let pauses = Pauses(namespace: bench.namespace, connection: bench.connection)
      try await bench.running(RideServices.standard.names) {
        try await days.pass(0)
        try await pauses.add(Pause(.type(FareAdjusted.eventType), reason: "a test"), to: "driver")
        // The last day on which it may be corrected.
        try await days.begin(31)
        let fare = try #require(ride.fare.changed(total: ride.fare.total + 100, tip: 0, tolls: 0, taxes: 80))
        let request = FareAdjustmentRequested(
          of: CorrectedRide(ride), newFare: fare, correction: "last", reason: "detour")
        _ = try await bench.publish([EncodedEvent(request, timestamp: days.start(of: 31))])
        try await bench.settled(others)
        for day in 32...36 {
          try await days.begin(day)
          _ = try await bench.publish(days.events(day)[0])
          try await bench.settled(others)
          try await days.close(keeping, handledBy: others)
          try await bench.settled(others)
        }
        // It has handled the closings, and not what came before.
        let shard = bench.namespace.shard(of: ride.city)
        try await eventually("the ride is closed to the driver service for long enough") {
          let stored = try await bench.state.fields("driver", RideRecords.closed, shard: shard)[ClosedRides.field]
          return try ClosedRides(stored: stored)?.earlier.map { $0 > days.first } == true
        }
        let held = try await days.close(keeping, handledBy: others).first { $0.shard == shard && $0.records == .rides }
        #expect(held?.heldBy == "driver")
        for (service, hash) in [("payment", PaymentRecord.hash), ("driver", DriverRide.hash)] {
          #expect(try await records(service, hash) == 1)
        }

        _ = try await pauses.remove(nil, from: "driver")
        try await bench.settled(RideServices.standard.names)
        for day in 37...39 {
          try await days.pass(day)
          try await days.close(keeping)
        }
        #expect(try await records("payment", PaymentRecord.hash) == 0)
        #expect(try await records("driver", DriverRide.hash) == 0)
      }
      #expect(
        try await refusal(CorrectionRefused.self, in: days) { $0.correction == "last" ? $0.reason : nil } == nil)
      try await expectSame(days)
    }
  }

  @Test("is found when it has not left as it must, or has left though it must not")
  func planted() async throws {
    try await RideBench.run(arguments: ["--enable-debug-command", "yes"]) { bench in
      let days = SimulatedDays(bench, ridesPerDay: 12)
      let shard = bench.namespace.shard(of: days.ride(0, 0).city)
      func key(_ service: String, _ name: String) -> String { bench.namespace.state(shard, service, name) }
      var old: [String: String] = [:]
      let hashes = [
        "payment": PaymentRecord.hash, "driver": DriverRide.hash, "rating": RatingWindow.hash,
        "notification": Receipt.hash,
      ]
      try await bench.running(RideServices.standard.names) {
        for day in [0, 20, 32, 33, 34, 35, 36] {
          try await days.pass(day)
          if day == 0 {
            for (service, hash) in hashes {
              old[service] = try await bench.connection.strings([
                "HMGET", key(service, hash), days.ride(0, 0).rideID,
              ])[0]
            }
          }
          try await days.close(keeping)
        }
      }
      #expect(try await bench.audit(archive: true).violations.isEmpty)
      _ = try await bench.connection.call("SAVE")
      func kinds(_ command: String...) async throws -> Set<Violation.Kind> {
        _ = try await bench.connection.call(command)
        let report = try await bench.audit(archive: true)
        _ = try await bench.connection.call("DEBUG", "RELOAD", "NOSAVE")
        return Set(report.violations.map(\.kind))
      }
      for (service, hash) in hashes {
        let record = try #require(old[service])
        #expect(
          try await kinds("HSET", key(service, hash), days.ride(0, 0).rideID, record).contains(.unknownRecord),
          "\(service)")
        #expect(try await kinds("HDEL", key(service, hash), days.ride(20, 0).rideID).contains(.missingRecord))
        #expect(try await kinds("HINCRBY", key(service, "days"), "\(days.first + 20)", "1") == [.alteredRecord])
        #expect(try await kinds("DEL", key(service, "closed:rides")) == [.missingRecord])
      }
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }
}
