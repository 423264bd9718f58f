import EventStreams
import EventStreamsOperations
import GatewayDouble
import RideHailing
import Testing

/// The money of a ride from its request on, against the strict double of the gateway.
@Suite struct HoldTests {
  private func request(_ ride: String = "r1", _ price: Int = 1500, card: String = "pm_card_visa") -> EncodedEvent {
    EncodedEvent(
      RideRequested(
        rideID: ride, riderID: "rider-1", city: "New York",
        quote: Quote(price: Money(price, .usd), lockedUntil: .now() + .seconds(600)),
        payment: Payment(.card, token: card)
      ))
  }

  /// A ride costs what was promised, and tolls.
  private func completion(
    _ ride: String = "r1", _ price: Int = 1500, tolls: Int = 0, _ payment: Payment? = nil
  ) -> EncodedEvent {
    var completed = completedRide(ride, fare: Fare(base: price, tolls: tolls, currency: .usd))
    completed.payment = payment ?? Payment(.card, token: "pm_card_visa")
    return EncodedEvent(completed)
  }

  private func cancellation(_ ride: String = "r1") -> EncodedEvent {
    EncodedEvent(RideCancelled(rideID: ride, riderID: "rider-1", city: "New York", by: .rider))
  }

  private func done(_ double: GatewayDouble, _ ride: String = "r1") async throws -> [String] {
    try await double.executions(of: ride).map { "\($0.what) \($0.amount)" }
  }

  @Test func aRequestAtAPriceIsHeldAndTheRideCapturesIt() async throws {
    try await RideBench.runWithCards { bench, double in
      try await bench.handle([request()])
      #expect(try await bench.events("PAYMENT_AUTHORISED").count == 1)
      try await bench.handle([completion()])
      #expect(try await done(double) == ["hold 1500", "capture 1500"])
      #expect(try await bench.balance("payment", "gateway", "USD") == -1500)
      #expect(try await bench.state.hash("payment", "holds").isEmpty)
      try await bench.expectTrue(of: ["payment", "driver"])
    }
  }

  @Test func whatARideCostsMoreThanIsHeldIsASecondCharge() async throws {
    try await RideBench.runWithCards { bench, double in
      try await bench.handle([request("r1", 1000), request("r2", 1000)])
      try await bench.handle([
        completion("r1", 1000, tolls: 700),
        completion("r2", 1000, tolls: 600, Payment(.card, token: "pm_card_chargeDeclinedInsufficientFunds")),
      ])
      #expect(try await done(double) == ["hold 1000", "capture 1000", "charge 700"])
      #expect(try await done(double, "r2") == ["hold 1000", "capture 1000", "decline 600"])
      #expect(try await bench.balance("payment", "gateway", "USD") == -2700)
      #expect(try await bench.balance("payment", "receivable:rider-1", "USD") == -600)
      try await bench.expectTrue(of: ["payment", "driver"])
    }
  }

  @Test func aRideThatIsCancelledOrPaidOtherwiseLetsGoOfWhatIsHeld() async throws {
    try await RideBench.runWithCards { bench, double in
      try await bench.handle([request("r1"), request("r2")])
      try await bench.handle([cancellation("r1"), completion("r2", 1500, Payment(.cash))])
      #expect(try await done(double, "r1") == ["hold 1500", "cancel 1500"])
      #expect(try await done(double, "r2") == ["hold 1500", "cancel 1500"])
      #expect(try await bench.events("AUTHORISATION_RELEASED").count == 2)
      try await bench.expectTrue(of: ["payment", "driver"])
    }
  }

  @Test func aCardThatIsDeclinedHoldsNothingAndTheRideIsRefusedByThat() async throws {
    try await RideBench.runWithCards { bench, double in
      try await bench.handle([request("r1", card: "pm_card_chargeDeclinedLostCard")])
      let failed = try await bench.events("AUTHORISATION_FAILED")
      #expect(failed.count == 1 && failed[0].contains(#""hard":true"#), "\(failed)")
      try await bench.expectTrue(of: ["payment", "driver"])
    }
  }

  @Test func aPriceThatIsNotLockedAnyMoreIsNotHeld() async throws {
    try await RideBench.runWithCards { bench, double in
      let late = RideRequested(
        rideID: "r1", riderID: "rider-1", city: "New York",
        quote: Quote(price: Money(1500, .usd), lockedUntil: .now() + .seconds(-1)),
        payment: Payment(.card, token: "pm_card_visa"))
      try await bench.handle([EncodedEvent(late)])
      #expect(try await bench.events("AUTHORISATION_FAILED").count == 1)
      #expect(try await done(double) == [])
      try await bench.expectTrue(of: ["payment", "driver"])
    }
  }

  @Test func aRiderWhoIsToProveWhoItIsHoldsNobodyUpAndTheHoldGoesOnByNotice() async throws {
    try await RideBench.runWithCards { bench, double in
      try await bench.handle([request("r1", card: "pm_card_threeDSecure2Required")])
      let asked = try await bench.events("PAYMENT_ACTION_REQUIRED")
      #expect(asked.count == 1 && asked[0].contains(#""link":"https://bank.example/"#), "\(asked)")
      // The rider's other rides go on.
      try await bench.handle([completion("r2")])
      #expect(try await done(double, "r2") == ["charge 1500"])

      let intent = try #require(try await bench.state.hash("payment", "holds").first?.value.value)
      let reference = String(try #require(intent.firstMatch(of: /"reference":"(pi_\w+)"/)).output.1)
      try await double.authenticate(reference)
      let notice = GatewayNotified(
        rideID: "r1", riderID: "rider-1", city: "New York", notice: "evt_1", subject: "payment_intent.succeeded",
        reference: reference)
      // However often it comes, and under whatever ids.
      try await bench.handle([EncodedEvent(notice), EncodedEvent(notice, id: "again"), EncodedEvent(notice)])
      #expect(try await bench.events("PAYMENT_AUTHORISED").count == 1)
      try await bench.handle([completion("r1")])
      #expect(try await done(double) == ["hold 1500", "capture 1500"])
      try await bench.expectTrue(of: ["payment", "driver"])
    }
  }

  @Test func aHoldThatTheGatewayHasLetGoOfIsChargedInstead() async throws {
    try await RideBench.runWithCards { bench, double in
      try await bench.handle([request()])
      try await double.wait(hours: 8 * 24)
      try await bench.handle([completion()])
      #expect(try await done(double) == ["hold 1500", "charge 1500"])
      try await bench.expectTrue(of: ["payment", "driver"])
    }
  }
}
