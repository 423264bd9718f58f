import EventArchive
import EventStreams
import RideHailing
import Testing

@Suite("Reports of the archive") struct ArchiveReportTests {
  /// A ride that ends at this time.
  private static func ride(
    _ id: String, _ end: String, city: String = "Paris", driver: String = "d-1", fare: Fare, meters: Int? = nil
  ) throws -> EncodedEvent {
    var ride = completedRide(id, fare: fare)
    ride.city = city
    ride.driverID = driver
    ride.distanceMeters = meters
    ride.completedAt = try Timestamp(iso8601: end)
    // It was announced a day later: what counts is when it ended.
    return EncodedEvent(ride, timestamp: try Timestamp(iso8601: end) + .seconds(86_400))
  }

  /// Three rides in euros on two days, and one in yen.
  private static func some() throws -> [EncodedEvent] {
    let yen = try #require(Currency("JPY"))
    return [
      // 20 % of 1003 is 200.6, of 1002 200.4.
      try ride("r1", "2026-04-03T23:59:59.999Z", fare: Fare(base: 1003, tip: 150, taxes: 80, currency: .eur)),
      try ride(
        "r2", "2026-04-04T00:00:00Z", driver: "d-2", fare: Fare(base: 1000, surge: 2, tolls: 50, currency: .eur)),
      try ride("r3", "2026-04-04T00:30:00Z", city: "Porto", driver: "d-2", fare: Fare(base: 500, currency: .eur)),
      try ride("r4", "2026-04-04T12:00:00Z", city: "Tokyo", driver: "d-3", fare: Fare(base: 700, currency: yen)),
    ]
  }

  private func lines(_ totals: [RideTotals]) -> [String] {
    totals.map {
      "\($0.name) \($0.currency) \($0.rides): \($0.revenue.minorUnits) \($0.commission.minorUnits) \($0.tips.minorUnits) \($0.earned.minorUnits)"
    }
  }

  @Test(
    "count an event once that was published again after its id was forgotten", arguments: ArchiveKeeper.allCases)
  func repetitions(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let events = try Self.some()
      try await bench.store(events)
      let once = try await bench.reports.overview(limit: 10)
      let views = ["rides", "days", "cities", "drivers"]
      var rows: [String: [[QueryValue]]] = [:]
      for view in views { rows[view] = try await bench.query("SELECT * FROM \(view)") }
      try await bench.store(events, after: 100)
      try await bench.store(events, after: 200)
      let again = try await bench.reports.overview(limit: 10)
      #expect(again.contents.events["RIDE_COMPLETED"] == 12)
      #expect(lines(again.totals) == lines(once.totals))
      #expect(lines(again.drivers) == lines(once.drivers))
      #expect(again.percentiles == once.percentiles)
      for view in views { #expect(try await bench.query("SELECT * FROM \(view)") == rows[view], "\(view)") }
    }
  }

  @Test(
    "read a ride as it was sent, however its producer wrote numbers and times, as the services do",
    arguments: ArchiveKeeper.allCases)
  func asSent(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let sent = try EventCatalog.rides.read(
        """
        {"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{"rideId":"r","riderId":"u","driverId":"d",\
        "city":"Paris","fare":{"base":8e2,"tip":100.0,"taxes":100,"total":1e3,"currency":"EUR"},"distanceMeters":1.2e3,\
        "completedAt":"2026-04-03t12:29:00.5+02:00","payment":{"method":"cash"}}}
        """)
      try await bench.store([sent])
      #expect(
        try await bench.query("SELECT base, tip, total, commission, meters, completed_at FROM rides") == [
          [.integer(800), .integer(100), .integer(1000), .integer(160), .integer(1200), .text("2026-04-03T10:29:00Z")]
        ])
      #expect(lines(try await bench.reports.totals(by: .day).rows) == ["2026-04-03 EUR 1: 1000 160 100 740"])
    }
  }

  @Test(
    "sum up rides per day, city and driver, each currency by itself, to the cent", arguments: ArchiveKeeper.allCases)
  func totals(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      try await bench.store(try Self.some())
      let reports = try bench.reports
      #expect(
        lines(try await reports.totals(by: .day).rows) == [
          "2026-04-03 EUR 1: 1233 201 150 952", "2026-04-04 EUR 2: 1552 300 0 1252", "2026-04-04 JPY 1: 700 140 0 560",
        ])
      #expect(
        lines(try await reports.totals(by: .city).rows) == [
          "Paris EUR 2: 2285 401 150 1804", "Porto EUR 1: 500 100 0 400", "Tokyo JPY 1: 700 140 0 560",
        ])
      #expect(
        lines(try await reports.totals(by: .driver).rows) == [
          "d-2 EUR 2: 1552 300 0 1252", "d-1 EUR 1: 1233 201 150 952", "d-3 JPY 1: 700 140 0 560",
        ])
      #expect(
        lines(try await reports.totals(by: .driver, limit: 1).rows) == [
          "d-2 EUR 2: 1552 300 0 1252", "d-3 JPY 1: 700 140 0 560",
        ])
      #expect(
        lines(try await reports.totals(by: .day, limit: 1).rows) == [
          "2026-04-04 EUR 2: 1552 300 0 1252", "2026-04-04 JPY 1: 700 140 0 560",
        ])
      let hours = try await reports.totals(by: .hour).rows
      #expect(hours.count == 48)
      #expect(
        lines(hours.filter { $0.rides > 0 }) == [
          "0 EUR 2: 1552 300 0 1252", "23 EUR 1: 1233 201 150 952", "12 JPY 1: 700 140 0 560",
        ])
    }
  }

  @Test(
    "are net of corrections and refunds, count a ride once, and take the commission as it was booked; so do the views",
    arguments: ArchiveKeeper.allCases)
  func net(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let end = "2026-04-04T10:00:00Z"
      var again = completedRide("r2", fare: Fare(base: 9999, currency: .eur))
      again.city = "Paris"
      again.completedAt = try Timestamp(iso8601: end)
      try await bench.store([
        try Self.ride("r1", end, fare: Fare(base: 1000, tip: 200, taxes: 100, currency: .eur)),
        try Self.ride("r2", end, driver: "d-2", fare: Fare(base: 500, currency: .eur)),
        try Self.ride("r3", end, driver: "d-2", fare: Fare(base: 300, currency: .eur)),
        EncodedEvent(again, id: "another", timestamp: try Timestamp(iso8601: end)),
      ])
      func event(_ type: String, _ id: String, _ ride: String, _ data: String) -> String {
        #"{"id":"\#(type):\#(id)","type":"\#(type)","timestamp":"\#(end)","key":"\#(ride)","data":{"rideId":"\#(ride)","riderId":"u","driverId":"d-1","city":"Paris","payment":{"method":"cash"},\#(data)}}"#
      }
      let fare =
        #""fare":{"base":1000,"tip":200,"taxes":100,"total":1300,"currency":"EUR"},"correction":"c","reason":"r""#
      let refund = event(
        "RIDE_REFUNDED", "c3", "r2",
        #""fare":{"total":500,"currency":"EUR"},"amount":120,"correction":"c3","reason":"r""#)
      let events = [
        event(
          "DRIVER_PAID", "r1", "r1",
          #""currency":"EUR","plan":"gold","basisPoints":1500,"fare":1000,"commission":150,"tips":200,"taxes":100"#),
        event(
          "FARE_ADJUSTED", "c1", "r1",
          #"\#(fare),"newFare":{"base":700,"tip":200,"taxes":100,"total":1000,"currency":"EUR"}"#),
        event(
          "FARE_ADJUSTED", "c2", "r1",
          #"\#(fare),"newFare":{"base":800,"distance":1,"tip":50,"taxes":100,"total":951,"currency":"EUR"}"#),
        event(
          "DRIVER_PAID", "c2", "r1",
          #""currency":"EUR","plan":"gold","basisPoints":1500,"fare":801,"commission":120,"tips":50,"taxes":100"#),
        // It was published again after its id was forgotten.
        refund, refund,
        event("FARE_ADJUSTED", "c4", "nobody", #"\#(fare),"newFare":{"base":1,"total":1,"currency":"EUR"}"#),
      ]
      for (index, event) in events.enumerated() { try await bench.store(event, at: index) }

      let reports = try bench.reports
      #expect(
        lines(try await reports.totals(by: .driver).rows) == [
          // 951 - 120 - 100; 500 - 100 + 300 - 60: the platform bears the refund.
          "d-1 EUR 1: 951 120 50 731", "d-2 EUR 2: 680 160 0 640",
        ])
      let fares = try #require(try await reports.percentiles().rows.last)
      #expect([fares.count, fares.p50, fares.largest] == [3, 380, 951])
      #expect(try await reports.overview(limit: 3).unreadable == 0)
      #expect(
        try await bench.query("SELECT ride, base, distance, tip, total, refunded, commission FROM rides ORDER BY 1")
          .map { $0.map { $0.text ?? "" }.joined(separator: " ") } == [
            "r1 800 1 50 951 0 120", "r2 500 0 0 500 120 100", "r3 300 0 0 300 0 60",
          ])
      #expect(
        try await bench.query("SELECT driver, rides, revenue, commission, tips, earned FROM drivers ORDER BY 1")
          .map { $0.map { $0.text ?? "" }.joined(separator: " ") } == ["d-1 1 951 120 50 731", "d-2 2 680 160 0 640"])
    }
  }

  @Test("are about the rides that were asked for", arguments: ArchiveKeeper.allCases)
  func filters(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      try await bench.store(try Self.some())
      let reports = try bench.reports
      let midnight = try Timestamp(iso8601: "2026-04-04T00:00:00Z")
      func rides(_ filter: ReportFilter) async throws -> Int {
        try await reports.totals(by: .total, filter).rows.reduce(0) { $0 + $1.rides }
      }
      #expect(try await rides(ReportFilter(from: midnight)) == 3)
      #expect(try await rides(ReportFilter(to: midnight)) == 1)
      #expect(try await rides(ReportFilter(city: "pARIS")) == 2)
      #expect(try await rides(ReportFilter(currency: .eur)) == 3)
      #expect(try await rides(ReportFilter(from: midnight, city: "Paris", currency: .eur)) == 1)
      #expect(try await rides(ReportFilter(currency: .usd)) == 0)
    }
  }

  @Test("reckon with another commission", arguments: ArchiveKeeper.allCases)
  func commission(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      try await bench.store([
        try Self.ride("r1", "2026-04-03T10:00:00Z", fare: Fare(base: 1000, tip: 99, currency: .eur))
      ])
      let reports = try ArchiveReports(path: bench.path, commissionBasisPoints: 1255)
      let total = try #require(try await reports.totals(by: .total).rows.first)
      #expect(total.commission == Money(126, .eur))
    }
  }

  @Test("give percentiles by nearest rank", arguments: ArchiveKeeper.allCases)
  func percentiles(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let rides = try (1...200).reversed().map { number in
        try Self.ride(
          "r\(number)", "2026-04-03T10:00:00Z", fare: Fare(base: number, currency: .eur),
          meters: number <= 3 ? number * 1000 : nil)
      }
      try await bench.store(rides)
      let found = try await bench.reports.percentiles().rows.map {
        "\($0.measure.name) \($0.measure.unit) \($0.count): \($0.p50) \($0.p90) \($0.p95) \($0.p99) \($0.largest)"
      }
      #expect(found == ["distance meters 3: 2000 3000 3000 3000 3000", "fare EUR 200: 100 180 190 198 200"])
    }
  }

  @Test("tell which requests became rides and which payments failed", arguments: ArchiveKeeper.allCases)
  func rates(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let time = try Timestamp(iso8601: "2026-04-03T10:00:00Z")
      let requests = ["r1", "r2", "r3", "r3"].map {
        EncodedEvent(RideRequested(rideID: $0, riderID: nil, city: "Paris"), timestamp: time)
      }
      let captured = PaymentCaptured(
        rideID: "r1", riderID: "u", city: "Paris", amount: Money(1, .eur), method: .cash)
      let failed = PaymentFailed(
        rideID: "r2", riderID: "u", city: "Porto", amount: Money(1, .eur), method: .card, reason: "declined")
      // The fourth was called off in May, and that counts there.
      let cancelled =
        [("r2", RideCancelled.Party.rider), ("r3", .driver), ("r7", .system), ("r2", .rider)].map {
          EncodedEvent(RideCancelled(rideID: $0, riderID: nil, city: "Paris", by: $1), timestamp: time)
        } + [
          EncodedEvent(
            RideCancelled(
              rideID: "r8", riderID: nil, city: "Lyon", by: .rider, at: try Timestamp(iso8601: "2026-05-02T10:00:00Z")),
            timestamp: time)
        ]
      try await bench.store(
        requests + cancelled + [EncodedEvent(captured, timestamp: time), EncodedEvent(failed, timestamp: time)]
          + [try Self.ride("r1", "2026-05-01T10:00:00Z", fare: Fare(base: 1, currency: .eur))]
          // Nobody asked for this one in the archive.
          + [try Self.ride("r9", "2026-05-01T10:00:00Z", fare: Fare(base: 1, currency: .eur))])
      let april = ReportFilter(from: time, to: try Timestamp(iso8601: "2026-05-01T00:00:00Z"))
      let rates = try await bench.reports.rates(april).rows
      #expect(rates.map(\.city) == ["Paris", "Porto"])
      #expect(rates.map(\.requested) == [3, 0])
      #expect(rates.map(\.completed) == [1, 0])
      #expect(rates.map(\.cancelled) == [2, 0])
      #expect(rates.map(\.unfulfilled) == [1, 0])
      #expect(rates[0].paymentFailureRate == 0)
      #expect(rates[1].paymentFailureRate == 1)
      #expect(rates[1].completionRate == nil)
      let sum = RideRates.sum(of: rates)
      #expect(sum.completionRate == 1.0 / 3)
      #expect(sum.paymentFailureRate == 0.5)
    }
  }

  @Test("leave out what is no ride, and count it", arguments: ArchiveKeeper.allCases)
  func unreadable(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let head = #"{"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:00:00Z","data":"#
      try await bench.store("not JSON at all", at: 0)
      try await bench.store(head + #""a string"}"#, at: 1)
      try await bench.store(head + #"{"rideId":"r1","fare":{"total":"12"}}}"#, at: 2)
      try await bench.store(try Self.some())
      let days = try await bench.reports.totals(by: .total)
      #expect(days.unreadable == 2)
      #expect(days.rows.reduce(0) { $0 + $1.rides } == 4)
      #expect(try await bench.query("SELECT count(*) FROM rides") == [[.integer(4)]])
      let overview = try await bench.reports.overview(limit: 3)
      #expect(overview.contents.count == 7)
      #expect(overview.unreadable == 2)
    }
  }

  @Test("say nothing about an empty archive", arguments: ArchiveKeeper.allCases)
  func empty(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let overview = try await bench.reports.overview(limit: 3)
      #expect(overview.contents.count == 0)
      #expect(overview.totals.isEmpty && overview.percentiles.isEmpty && overview.rates.completionRate == nil)
    }
  }

  @Test("agree with the views, which plain SQL reckons", arguments: ArchiveKeeper.allCases)
  func views(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let start = try Timestamp(iso8601: "2026-04-03T23:59:55Z")
      var rides = RideSimulator(seed: 3, start: start).prefix(1000).map {
        EncodedEvent($0.completed.event, timestamp: $0.completed.at)
      }
      // A fare that tells its total only is all base.
      rides.append(
        try EventCatalog.rides.read(
          #"{"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00+02:00","data":{"rideId":"bare","riderId":"u","driverId":"d","city":"Paris","fare":{"total":1003,"currency":"EUR"},"payment":{"method":"cash"}}}"#
        ))
      try await bench.store(rides + (try Self.life()))
      for (grouping, view) in [(RideGrouping.day, "days"), (.hour, "hours"), (.city, "cities"), (.driver, "drivers")] {
        let reported = try await bench.reports.totals(by: grouping).rows.filter {
          $0.rides > 0 || $0.losses.minorUnits != 0 || $0.revenue.minorUnits != 0
        }
        let sums = try await bench.query(
          "SELECT \(grouping), currency, rides, revenue, commission, tips, earned, cancellation_fees, losses FROM \(view)"
        )
        #expect(Set(sums.map { $0.map { $0.text ?? "" }.joined(separator: " ") }) == Set(reported.map(Self.line)))
      }
    }
  }

  private static func line(_ totals: RideTotals) -> String {
    "\(totals.name) \(totals.currency) \(totals.rides) \(totals.revenue.minorUnits) \(totals.commission.minorUnits) \(totals.tips.minorUnits) \(totals.earned.minorUnits) \(totals.cancellationFees.minorUnits) \(totals.losses.minorUnits)"
  }

  @Test("are made while the archive is written", arguments: ArchiveKeeper.allCases)
  func whileWritten(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let rides = RideSimulator(seed: 5).prefix(2000).map {
        EncodedEvent($0.completed.event, timestamp: $0.completed.at)
      }
      try await withThrowingTaskGroup { group in
        group.addTask {
          for start in stride(from: 0, to: rides.count, by: 20) {
            try await bench.store(Array(rides[start..<start + 20]), after: start)
          }
        }
        group.addTask {
          let reports = try bench.reports
          var seen = 0
          while seen < rides.count {
            let found = try await reports.totals(by: .total).rows.reduce(0) { $0 + $1.rides }
            // Whole transactions, and none that was seen goes away.
            #expect(found >= seen && found % 20 == 0)
            seen = found
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
