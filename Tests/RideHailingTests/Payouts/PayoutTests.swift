import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("A payout") struct PayoutTests {
  /// A bench whose driver service runs, with rides of the last week of March 2026 in Berlin, in which clocks went forward, and a file of payees.
  private struct Week {
    static let zone = "Europe/Berlin"
    let bench: RideBench
    let payees: Payees

    static func run(_ body: (Week) async throws -> Void) async throws {
      try await RideBench.run { bench in
        let path = bench.outbox + ".payees"
        try FileManager.default.createDirectory(
          atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path(), withIntermediateDirectories: true)
        let lines =
          ["driver,name,iban,bic"] + (0..<6).map { "d-\($0),Jörg Weiß & Söhne,DE89370400440532013000,COBADEFFXXX" }
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        let week = Week(bench: bench, payees: try Payees(file: path))
        try await bench.running(["payment", "driver"]) { try await body(week) }
      }
    }

    /// A ride that pays its driver so much, in cents.
    func drive(
      _ id: String, _ driver: String, _ amount: Int, at end: String, cash: Bool = false, city: String = "Berlin"
    ) async throws {
      var ride = RideCompleted(
        rideID: id, riderID: "rider-1", driverID: driver, city: city,
        fare: Fare(base: amount * 5 / 4, currency: .eur),
        payment: cash ? Payment(.cash) : Payment(.card, token: "tok_visa"))
      ride.completedAt = try Timestamp(iso8601: end)
      _ = try await bench.publish([EncodedEvent(ride)])
      try await bench.settled(["payment", "driver"])
    }

    func publish(_ event: some EventData) async throws {
      _ = try await bench.publish([EncodedEvent(event)])
      try await bench.settled(["payment", "driver"])
    }

    func order(_ text: String = "2026-W13", minimum: Int = 0, holdBack: Int = 0) throws -> PayoutOrder {
      var order = try PayoutOrder(
        city: "Berlin", currency: .eur, week: #require(PayoutWeek(text)), zone: Self.zone)
      order.minimum = minimum
      order.holdBack = holdBack
      return order
    }

    func pay(_ order: PayoutOrder, patience: Duration = .seconds(60)) async throws -> Payouts.Result {
      try await Payouts(namespace: bench.namespace, connection: Connection(bench.server.url)).run(
        order, to: payees, patience: patience)
    }

    func file(_ result: Payouts.Result) throws -> String {
      let debtor = CreditTransferFile.Debtor(name: "Rides SAS", iban: try IBAN("FR76 3000 6000 0112 3456 7890 189"))
      return String(
        decoding: try CreditTransferFile(result.run, result.payouts, from: debtor, to: payees).bytes, as: UTF8.self)
    }

    func balance(_ driver: String) async throws -> Int { try await bench.balance("driver", "driver:\(driver)") }

    func withdraw(_ driver: String, _ amount: Int, _ name: String) async throws {
      try await publish(
        AccountWithdrawalRequested(
          AccountHolder(.driver, driver), city: "Berlin", amount: Money(amount, .eur), movement: name))
    }
  }

  @Test("is made by the city where the driver drives, though others share its shard")
  func cities() async throws {
    try await Week.run { week in
      let shard = week.bench.namespace.shard(of: "Berlin")
      let other = try #require((0..<100).map { "City \($0)" }.first { week.bench.namespace.shard(of: $0) == shard })
      try await week.drive("here", "d-0", 2_000, at: "2026-03-25T10:00:00Z")
      try await week.drive("there", "d-1", 3_000, at: "2026-03-25T10:00:00Z", city: other)
      // Whoever drives in both is paid where it began.
      try await week.drive("began", "d-2", 1_000, at: "2026-03-25T10:00:00Z", city: other)
      try await week.drive("went on", "d-2", 1_000, at: "2026-03-25T11:00:00Z")
      let result = try await week.pay(try week.order())
      #expect(result.payouts.map(\.record.driverID) == ["d-0"])
      let order = try PayoutOrder(city: other, currency: .eur, week: #require(PayoutWeek("2026-W13")), zone: Week.zone)
      let elsewhere = try await week.pay(order)
      #expect(Set(elsewhere.payouts.map(\.record.driverID)) == ["d-1", "d-2"])
      #expect(try await week.balance("d-2") == 0)
    }
  }

  @Test(
    "is what the week has come to by the city's clocks, with what was carried on, above the minimum, less what is held back"
  )
  func amounts() async throws {
    try await Week.run { week in
      // The week is from 22 March, 23:00 to 29 March, 22:00.
      try await week.drive("before", "d-0", 1_000, at: "2026-03-22T22:59:59Z")
      try await week.drive("first", "d-0", 2_000, at: "2026-03-22T23:00:00Z")
      try await week.drive("last", "d-0", 4_000, at: "2026-03-29T21:59:59Z")
      try await week.drive("after", "d-0", 8_000, at: "2026-03-29T22:00:00Z")
      // More in cash than was earned: nothing is paid, and it is carried on.
      try await week.drive("cash", "d-1", 4_000, at: "2026-03-25T10:00:00Z", cash: true)
      try await week.drive("small", "d-2", 1_096, at: "2026-03-25T10:00:00Z")
      try await week.drive("enough", "d-3", 1_100, at: "2026-03-25T10:00:00Z")
      // Something of it was taken out since, and more was earned.
      try await week.drive("taken", "d-4", 5_000, at: "2026-03-25T10:00:00Z")
      try await week.drive("more", "d-4", 3_000, at: "2026-04-01T10:00:00Z")
      try await week.withdraw("d-4", 2_000, "w-4")
      try await week.drive("unknown", "d-9", 5_000, at: "2026-03-25T10:00:00Z")

      let result = try await week.pay(try week.order(minimum: 1_000, holdBack: 100))
      let paid = Dictionary(uniqueKeysWithValues: result.payouts.map { ($0.record.driverID, $0.record.amount) })
      #expect(paid == ["d-0": 6_900, "d-3": 1_000, "d-4": 2_900])
      #expect(result.unknown.map(\.driver) == ["d-9"])
      #expect(try await week.balance("d-0") == 8_100)
      #expect(try await week.balance("d-1") == -1_000)
      #expect(try await week.balance("d-2") == 1_096)

      // What was below nothing is taken off the next one; the next week has its own name.
      try await week.drive("next", "d-1", 3_000, at: "2026-04-01T10:00:00Z")
      let next = try await week.pay(try week.order("2026-W14"))
      let later = Dictionary(uniqueKeysWithValues: next.payouts.map { ($0.record.driverID, $0.record.amount) })
      #expect(later["d-1"] == 2_000 && later["d-0"] == 8_100 && later["d-2"] == 1_096)
      #expect(Set((result.payouts + next.payouts).map(\.name)).count == result.payouts.count + next.payouts.count)
      #expect((result.payouts + next.payouts).allSatisfy { $0.name.utf8.count == 35 })
      #expect(try await week.bench.audit().violations.isEmpty)
      let rebuilt = try await Rebuild(
        namespace: week.bench.namespace, connection: Connection(week.bench.server.url), archive: nil
      )
      .run("driver", applies: false)
      #expect(rebuilt.isIdentical, "\(rebuilt.shards.flatMap(\.comparison.differences).prefix(2))")
    }
  }

  @Test("is ordered once, and told to the bank in the same bytes, however often the run is cut short and run again")
  func again() async throws {
    try await Week.run { week in
      for driver in 0..<6 {
        try await week.drive("r-\(driver)", "d-\(driver)", 1_000 + driver, at: "2026-03-25T10:00:00Z")
      }
      for cut in 0..<12 {
        let run = Task { try await week.pay(try week.order()) }
        // Wherever it is by then.
        try await Task.sleep(for: .milliseconds(cut * 3))
        run.cancel()
        _ = await run.result
      }
      let first = try week.file(try await week.pay(try week.order()))
      // What comes late, or under another rule, is for the next one.
      try await week.drive("late", "d-0", 5_000, at: "2026-03-25T10:00:00Z")
      try await week.bench.forgetPublished()
      #expect(try week.file(try await week.pay(try week.order())) == first)
      #expect(first.components(separatedBy: "<EndToEndId>").count == 7)
      for driver in 1..<6 { #expect(try await week.balance("d-\(driver)") == 0) }
      #expect(try await week.balance("d-0") == 5_000)
      #expect(try await week.bench.events("PAYOUT_ORDERED").count == 6)
      let problem = await #expect(throws: RequestRefused.self) { try await week.pay(try week.order(minimum: 7)) }
      #expect("\(String(describing: problem))".contains("by other rules"), "\(String(describing: problem))")
      #expect(try await week.bench.audit().violations.isEmpty)
    }
  }

  @Test("is refused above what is payable at its commit, and what comes back is the driver's again once")
  func refused() async throws {
    try await Week.run { week in
      try await week.drive("r", "d-0", 1_000, at: "2026-03-25T10:00:00Z")
      func asked(_ name: String, _ amount: Int) -> PayoutRequested {
        PayoutRequested(name, run: "R1", driverID: "d-0", city: "Berlin", amount: Money(amount, .eur))
      }
      try await week.publish(asked("P1", 1_001))
      #expect(try await week.balance("d-0") == 1_000)
      try await week.publish(asked("P2", 1_000))
      try await week.publish(asked("P3", 1))
      #expect(try await week.balance("d-0") == 0)
      let refused = try await week.bench.events("PAYOUT_REFUSED")
      #expect(refused.count == 2 && refused.allSatisfy { $0.contains("what is payable is below EUR") }, "\(refused)")

      let returned = asked("P2", 1_000).becoming(PayoutReturned.self, reason: "AC04")
      for id in ["a", "b", "c"] {
        _ = try await week.bench.publish([EncodedEvent(returned, id: id)])
        try await week.bench.settled(["driver"])
        #expect(try await week.balance("d-0") == 1_000)
      }
      // Neither more than was paid, nor what never was.
      try await week.publish(asked("P1", 1_001).becoming(PayoutReturned.self))
      try await week.publish(asked("P9", 1).becoming(PayoutReturned.self))
      #expect(try await week.balance("d-0") == 1_000)
      #expect(try await week.bench.events("PAYOUT_REFUSED").count == 4)
      let statement = try await AccountReport.read(.driver("d-0"), from: week.bench.state)
      #expect(statement.statement.lines.map(\.entry.kind) == [.earned, .paidOut, .returned])
      #expect(DriverStatement.statements(statement.statement).allSatisfy { $0.addsUp && $0.payouts == 0 })
      #expect(try await week.bench.audit().violations.isEmpty)
    }
  }

  @Test("waits for the driver service, and is told so; no account of a bank stands in any event")
  func waits() async throws {
    try await Week.run { week in
      try await week.drive("r", "d-0", 1_000, at: "2026-03-25T10:00:00Z")
      _ = try await week.pay(try week.order())
      let all = try await week.bench.events(
        "PAYOUT_RUN_STARTED", "PAYOUT_REQUESTED", "PAYOUT_ORDERED", "PAYOUT_RUN_CLOSED")
      #expect(all.count == 4)
      #expect(!all.contains { $0.contains("DE89") || $0.contains("Weiß") })
    }
    try await RideBench.run { bench in
      let order = try PayoutOrder(
        city: "Berlin", currency: .eur, week: #require(PayoutWeek("2026-W13")), zone: "Europe/Berlin")
      let path = bench.outbox + ".payees"
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path(), withIntermediateDirectories: true)
      try Data("driver,name,iban\n".utf8).write(to: URL(fileURLWithPath: path))
      let payees = try Payees(file: path)
      await #expect(throws: Payouts.NotInTime.self) {
        try await Payouts(namespace: bench.namespace, connection: bench.connection).run(
          order, to: payees, patience: .zero)
      }
    }
  }
}
