import EventStreams
import EventStreamsOperations
import GatewayDouble
import RideHailing
import Testing

/// What riders owe: collected when there is money again, or given up.
@Suite struct ArrearsTests {
  private static let card = Payment(.card, token: "pm_card_visa")
  private static let lost = Payment(.card, token: "pm_card_chargeDeclinedLostCard")

  private static func run(_ body: (RideBench, GatewayDouble) async throws -> Void) async throws {
    try await RideBench.runWithCards { bench, double in
      try await body(bench, double)
      try await bench.expectTrue(of: ["payment"])
    }
  }

  private func ride(
    _ id: String, _ payment: Payment, fare: Int = 1000, city: String = "New York", tip: Int = 0
  ) -> EncodedEvent {
    var completed = completedRide(id, fare: Fare(base: fare, currency: .usd))
    completed.payment = payment
    completed.city = city
    completed.riderEmail = "rider-1@example.com"
    return EncodedEvent(completed)
  }

  private func deposit(_ amount: Int, _ name: String, city: String = "New York") -> EncodedEvent {
    EncodedEvent(
      AccountDeposited(AccountHolder(.rider, "rider-1"), city: city, amount: Money(amount, .usd), movement: name))
  }

  private func handle(_ bench: RideBench, _ events: EncodedEvent...) async throws {
    try await bench.handle(events, by: ["payment", "driver", "notification"])
  }

  private func owed(_ bench: RideBench) async throws -> [String] {
    try await RideState(bench.state).arrears(of: nil, in: nil).map { "\($0.ride.ride) \($0.ride.owed)" }
  }

  private func receivable(_ bench: RideBench) async throws -> Int {
    try await bench.balance("payment", "receivable:rider-1", "USD")
  }

  @Test func theNextRideThatIsPaidCollectsWhatIsOwedByWhatItIsPaidWith() async throws {
    try await Self.run { bench, double in
      try await handle(bench, ride("r1", Self.lost), ride("r2", Self.lost, fare: 500))
      #expect(try await owed(bench) == ["r1 1000", "r2 500"])
      // One that is not paid itself collects nothing, and neither does one that is paid in cash.
      try await handle(bench, ride("r3", Self.lost, fare: 300), ride("r4", Payment(.cash)))
      #expect(try await owed(bench) == ["r1 1000", "r2 500", "r3 300"])
      try await handle(bench, ride("r5", Self.card))
      #expect(try await owed(bench) == [])
      #expect(try await receivable(bench) == 0)
      for (name, what) in [("r1", ["decline", "charge"]), ("r2", ["decline", "charge"]), ("r5", ["charge"])] {
        #expect(try await double.executions(of: name).map(\.what) == what)
      }
      let receipt = try await RideState(bench.state).receipt("r1")
      #expect(receipt?.version == 2 && receipt?.said?.card == 1000 && receipt?.said?.owed == 0)
      let differences = try await bench.differences(from: double)
      #expect(differences.isEmpty, "\(differences)")
    }
  }

  @Test func aDepositSettlesWhatIsOwedFirstTheOldestRideFirstAndAsFarAsItGoes() async throws {
    try await Self.run { bench, _ in
      try await handle(bench, ride("r1", Self.lost), ride("r2", Payment(.wallet), fare: 500))
      try await handle(bench, deposit(1200, "d1"))
      #expect(try await owed(bench) == ["r2 300"])
      #expect(try await bench.balance("payment", "rider:rider-1", "USD") == 0)
      #expect(try await receivable(bench) == -300)
      // The same deposit, and one elsewhere in the shard, change nothing of it.
      let elsewhere = (0..<100).map { "City \($0)" }
        .first { bench.namespace.shard(of: $0) == bench.namespace.shard(of: "New York") }
      try await handle(bench, deposit(1200, "d1"), deposit(50, "d2", city: try #require(elsewhere)))
      #expect(try await owed(bench) == ["r2 300"])
      try await handle(bench, deposit(1000, "d3"))
      #expect(try await owed(bench) == [])
      #expect(try await bench.balance("payment", "rider:rider-1", "USD") == 750)
      let record = try #require(try await RideState(bench.state).payment("r2"))
      #expect(record.standing.wallet == 500 && record.standing.owed == 0)
      // What was paid so goes back into the wallet, where it came from.
      let ride = try ride("r2", Payment(.wallet), fare: 500).data(of: RideCompleted.self)
      try await handle(
        bench, EncodedEvent(RefundRequested(of: CorrectedRide(ride), amount: 500, correction: "c", reason: "late")))
      #expect(try await bench.balance("payment", "rider:rider-1", "USD") == 1250)
    }
  }

  private func change(_ card: String) -> EncodedEvent {
    EncodedEvent(CardChanged(riderID: "rider-1", city: "New York", card: "pm_card_\(card)"))
  }

  @Test func anotherCardIsChargedAtOnceAndBeginsAttemptsOfItsOwnWhichEndThoseBeforeIt() async throws {
    try await Self.run { bench, double in
      let soft = Payment(.card, token: "pm_card_chargeDeclinedInsufficientFunds")
      try await handle(bench, ride("r1", soft), ride("r2", Self.lost))
      // It is declined as well, for the time being: the rides are charged to it all the same from now on.
      try await handle(bench, change("chargeDeclinedInsufficientFunds"))
      #expect(try await owed(bench) == ["r1 1000", "r2 1000"])
      let due = try await bench.events("ARREARS_DUE").map { try EventHeader(ofEvent: $0.utf8.span, fallbackID: "").id }
      #expect(due.count == 2)
      func attempt(_ ride: String, _ number: Int, series: String?) -> EncodedEvent {
        let due = PaymentRetryDue(
          rideID: ride, riderID: "rider-1", city: "New York", attempt: number, since: .now(), series: series)
        return EncodedEvent(due, id: "early-\(due.eventID)")
      }
      func waiting(_ ride: String) async throws -> [String] {
        let report = try await RideReport.read(ride, bench.namespace, bench.connection)
        return (report?.scheduled ?? []).map(\.id).filter { $0.hasPrefix("PAYMENT_RETRY_DUE") }.sorted()
      }
      let first = try await waiting("r2")
      #expect(first == ["PAYMENT_RETRY_DUE:2/r2/1/\(due[1])"])
      // The attempts after the ride are over, and those with the card are under way.
      try await handle(bench, attempt("r1", 1, series: nil))
      #expect(try await double.executions(of: "r1").map(\.what) == ["decline", "decline"])
      try await handle(bench, attempt("r2", 1, series: due[1]))
      #expect(try await double.executions(of: "r2").map(\.what) == ["decline", "decline", "decline"])
      #expect(try await waiting("r2") == first + ["PAYMENT_RETRY_DUE:2/r2/2/\(due[1])"])
      try await double.pardon()
      try await handle(bench, attempt("r2", 2, series: due[1]))
      #expect(try await owed(bench) == ["r1 1000"])
      try await handle(bench, change("visa"))
      #expect(try await owed(bench) == [])
      #expect(try await receivable(bench) == 0)
    }
  }

  @Test func anOperatorGivesUpWhatIsOwedOnceAndARefundLowersThatFirst() async throws {
    try await Self.run { bench, _ in
      try await handle(bench, ride("r1", Self.lost), ride("r2", Self.card))
      let record = try #require(try await RideState(bench.state).payment("r2"))
      #expect(record.owed == 0)
      // The ride after it has collected it: nothing is left to give up.
      try await handle(
        bench, EncodedEvent(WriteOffRequested(rideID: "r1", riderID: "rider-1", city: "New York", reason: "old")))
      let refused = try await bench.events("WRITE_OFF_REFUSED")
      #expect(refused.count == 1 && refused[0].contains("rider-1 owes nothing"), "\(refused)")
      try await handle(bench, ride("r3", Self.lost))
      let request = WriteOffRequested(rideID: "r3", riderID: "rider-1", city: "New York", reason: "old")
      try await handle(bench, EncodedEvent(request), EncodedEvent(request, id: "again"))
      #expect(try await owed(bench) == [])
      #expect(try await receivable(bench) == 0)
      #expect(try await bench.balance("payment", "written-off", "USD") == -1000)
      #expect(try await bench.balance("driver", "driver:driver-1", "USD") == 2400)
      let receipt = try await RideState(bench.state).receipt("r3")
      #expect(receipt?.version == 2 && receipt?.said?.writtenOff == 1000 && receipt?.failure == "lost card")
      // Nobody has paid it, so nothing goes back.
      let ride = try ride("r3", Self.lost).data(of: RideCompleted.self)
      try await handle(
        bench, EncodedEvent(RefundRequested(of: CorrectedRide(ride), amount: 400, correction: "c", reason: "late")))
      #expect(try await bench.balance("payment", "written-off", "USD") == -600)
      #expect(try await bench.balance("payment", "platform", "USD") == -400)
    }
  }
}

extension EncodedEvent {
  fileprivate func data<Data: EventData>(of type: Data.Type) throws -> Data { try Data(ofEvent: json.span) }
}
