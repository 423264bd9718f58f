import EventStreams
import EventStreamsOperations
import GatewayDouble
import RideHailing
import Testing

/// What a ride costs that does not take place, against the strict double of the gateway.
@Suite struct CancellationFeeTests {
  private static let services = ["payment", "driver", "notification", "analytics"]

  private static func run(_ body: (RideBench, GatewayDouble) async throws -> Void) async throws {
    try await RideBench.runWithCards { bench, double in
      try await body(bench, double)
      try await bench.expectTrue(of: ["payment", "driver", "notification"], archive: true)
    }
  }

  private func request(_ ride: String = "r1", _ price: Int = 1500, card: String = "pm_card_visa") -> EncodedEvent {
    EncodedEvent(
      RideRequested(
        rideID: ride, riderID: "rider-1", city: "New York",
        quote: Quote(price: Money(price, .usd), lockedUntil: .now() + .seconds(600)),
        payment: Payment(.card, token: card)))
  }

  private func cancellation(
    _ ride: String = "r1", fee: Int = 500, taxes: Int = 0, _ payment: Payment? = nil, id: String? = nil
  ) -> EncodedEvent {
    EncodedEvent(
      RideCancelled(
        rideID: ride, riderID: "rider-1", driverID: "driver-1", city: "New York", by: .rider, fee: Money(fee, .usd),
        taxes: taxes, payment: payment, riderEmail: "rider-1@example.com"), id: id)
  }

  private func done(_ double: GatewayDouble, _ ride: String = "r1") async throws -> [String] {
    try await double.executions(of: ride).map { "\($0.what) \($0.amount)" }
  }

  @Test func theFeeIsCapturedOfWhatIsHeldAndIsTheDriversLessCommission() async throws {
    try await Self.run { bench, double in
      try await bench.handle([request()], by: Self.services)
      try await bench.handle([cancellation(taxes: 50)], by: Self.services)
      let report = try #require(try await RideReport.read("r1", bench.namespace, bench.connection))
      #expect(
        report.outcome.lines.contains("driver        cancelled USD 3.60"), "\(report.outcome.lines)")
      // However often it comes, and under whatever ids.
      try await bench.handle([cancellation(taxes: 50, id: "again")], by: Self.services)
      try await bench.forgetPublished()
      try await bench.handle([cancellation(taxes: 50)], by: Self.services)
      #expect(try await done(double) == ["hold 1500", "capture 500"])
      #expect(try await bench.events("AUTHORISATION_RELEASED", "CANCELLATION_REFUSED").isEmpty)
      #expect(try await bench.balance("payment", "gateway", "USD") == -500)
      // 450 less a fifth.
      #expect(try await bench.balance("driver", "driver:driver-1", "USD") == 360)
      #expect(try await bench.balance("driver", "platform", "USD") == 90)
      #expect(try await bench.balance("driver", "taxes", "USD") == 50)
      let receipt = try #require(try await RideState(bench.state).receipt("r1"))
      #expect(receipt.version == 1 && receipt.said?.card == 500 && receipt.isCancelled)
    }
  }

  @Test func whatTheFeeIsMoreThanIsHeldIsChargedToTheSameCard() async throws {
    try await Self.run { bench, double in
      try await bench.handle([request("r1", 300)], by: Self.services)
      try await bench.handle([cancellation()], by: Self.services)
      #expect(try await done(double) == ["hold 300", "capture 300", "charge 200"])
      #expect(try await bench.balance("payment", "gateway", "USD") == -500)
    }
  }

  @Test func aFeeWithoutAHoldComesOutOfTheWalletOrIsOwedAndTheDriverIsPaidAllTheSame() async throws {
    try await Self.run { bench, double in
      let deposit = AccountDeposited(
        AccountHolder(.rider, "rider-1"), city: "New York", amount: Money(700, .usd), movement: "m")
      try await bench.handle([EncodedEvent(deposit)], by: Self.services)
      try await bench.handle([cancellation("r1"), cancellation("r2", Payment(.cash))], by: Self.services)
      try await bench.handle(
        [cancellation("r3", Payment(.card, token: "pm_card_chargeDeclinedInsufficientFunds"))], by: Self.services)
      #expect(try await bench.balance("payment", "rider:rider-1", "USD") == 200)
      #expect(try await bench.balance("payment", "receivable:rider-1", "USD") == -1000)
      #expect(try await bench.balance("driver", "driver:driver-1", "USD") == 1200)
      #expect(try await done(double, "r3") == ["decline 500"])
      #expect(try await bench.events("PAYMENT_FAILED").count { $0.contains("retryAt") } == 1)
    }
  }

  @Test func aRideThatCostTheFeeIsNotCompletedAnyMoreEvenWhereTheDriverHeardOfThatFirst() async throws {
    try await Self.run { bench, double in
      var completed = completedRide("r1", fare: Fare(base: 1500, currency: .usd))
      completed.payment = Payment(.card, token: "pm_card_visa")
      completed.riderEmail = "rider-1@example.com"
      try await bench.handle([request()], by: Self.services)
      // Driver and notification come to the completion before payment has said anything.
      _ = try await bench.publish([cancellation(), EncodedEvent(completed)])
      try await bench.running(["driver", "notification"]) { try await bench.settled(["driver", "notification"]) }
      #expect(try await bench.balance("driver", "driver:driver-1", "USD") == 1200)
      try await bench.handle([], by: Self.services)
      try await bench.handle([EncodedEvent(completed, id: "again")], by: Self.services)
      #expect(try await done(double) == ["hold 1500", "capture 500"])
      let refused = try await bench.events("COMPLETION_REFUSED")
      #expect(refused.count == 2 && refused[0].contains("it was called off, for a fee of USD 5.00"), "\(refused)")
      #expect(try await bench.balance("driver", "driver:driver-1", "USD") == 400)
      #expect(try await bench.balance("payment", "clearing", "USD") == 500)
      #expect(try await RideState(bench.state).receipt("r1")?.said?.fare == 500)
    }
  }

  @Test func aRideThatWasCompletedCostsNoFeeAndNeitherDoesOneASecondTime() async throws {
    try await Self.run { bench, double in
      var completed = completedRide("r1", fare: Fare(base: 1500, currency: .usd))
      completed.payment = Payment(.card, token: "pm_card_visa")
      try await bench.handle([EncodedEvent(completed), request("r2")], by: Self.services)
      try await bench.handle([cancellation("r1"), cancellation("r2")], by: Self.services)
      try await bench.handle([cancellation("r2", fee: 700, id: "more")], by: Self.services)
      #expect(try await done(double) == ["charge 1500"])
      #expect(try await done(double, "r2") == ["hold 1500", "capture 500"])
      let refused = try await bench.events("CANCELLATION_REFUSED")
      #expect(refused.count == 2 && refused[0].contains("the ride was completed, for USD 15.00"), "\(refused)")
      #expect(refused[1].contains("called off before, for a fee of USD 5.00"), "\(refused)")
    }
  }
}
