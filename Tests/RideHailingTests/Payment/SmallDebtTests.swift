import EventStreams
import EventStreamsOperations
import GatewayDouble
import RideHailing
import Testing

/// What is owed and too little for the gateway to charge, 50 cents: charged along with the next fare.
@Suite struct SmallDebtTests {
  private static let card = "pm_card_visa"
  private static let lost = "pm_card_chargeDeclinedLostCard"

  private static func run(_ body: (RideBench, GatewayDouble) async throws -> Void) async throws {
    try await RideBench.runWithCards { bench, double in
      try await body(bench, double)
      try await bench.expectTrue(of: ["payment"])
      let differences = try await bench.differences(from: double)
      #expect(differences.isEmpty, "\(differences)")
    }
  }

  private func ride(_ id: String, _ fare: Int, card: String = card) -> RideCompleted {
    var completed = completedRide(id, fare: Fare(base: fare, currency: .usd))
    completed.payment = Payment(.card, token: card)
    return completed
  }

  private func handle(_ bench: RideBench, _ rides: RideCompleted...) async throws {
    for ride in rides { try await bench.handle([EncodedEvent(ride)], by: ["payment", "driver", "notification"]) }
  }

  private func ask(_ bench: RideBench, _ ride: String, held: Int) async throws {
    try await bench.handle([
      EncodedEvent(
        RideRequested(
          rideID: ride, riderID: "rider-1", city: "New York",
          quote: Quote(price: Money(held, .usd), lockedUntil: .now() + .seconds(600)),
          payment: Payment(.card, token: Self.card)))
    ])
  }

  private func refund(_ bench: RideBench, _ ride: RideCompleted, _ amount: Int) async throws {
    let correction = RefundRequested(of: CorrectedRide(ride), amount: amount, correction: "c", reason: "late")
    try await bench.handle([EncodedEvent(correction)])
  }

  private func owed(_ bench: RideBench) async throws -> [String] {
    try await RideState(bench.state).arrears(of: nil, in: nil).map { "\($0.ride.ride) \($0.ride.owed)" }
  }

  private func done(_ double: GatewayDouble, _ ride: String) async throws -> [String] {
    try await double.executions(of: ride).map { "\($0.what) \($0.amount)" }
  }

  @Test func oneChargePaysTheNextRideAndWhatWasOwedAndGoesBackRideByRide() async throws {
    try await Self.run { bench, double in
      try await handle(bench, ride("r1", 30), ride("r2", 1000, card: Self.lost), ride("r3", 15))
      #expect(try await owed(bench) == ["r1 30", "r2 1000", "r3 15"])
      // One that is not paid itself pays nothing along.
      try await handle(bench, ride("r4", 2000, card: Self.lost))
      #expect(try await owed(bench) == ["r1 30", "r2 1000", "r3 15", "r4 2000"])
      try await handle(bench, ride("r5", 1200))
      #expect(try await owed(bench) == [])
      #expect(try await done(double, "r5") == ["charge 1245"])
      for debt in ["r1", "r3"] { #expect(try await done(double, debt) == []) }
      #expect(try await done(double, "r2") == ["decline 1030", "charge 1000"])
      #expect(try await bench.balance("payment", "receivable:rider-1", "USD") == 0)
      let receipt = try await RideState(bench.state).receipt("r1")
      #expect(receipt?.said?.card == 30 && receipt?.said?.owed == 0)
      // What it paid goes back to it, and no more.
      for (id, fare, amount) in [("r1", 30, 30), ("r5", 1200, 1200)] {
        try await refund(bench, ride(id, fare), amount)
      }
      #expect(try await done(double, "r5").sorted() == ["charge 1245", "refund 1200"])
      #expect(try await done(double, "r1") == ["refund 30"])
    }
  }

  @Test func twoThatAreTooLittleArePaidTogetherAndOneThatStaysSoWaits() async throws {
    try await Self.run { bench, double in
      try await handle(bench, ride("r1", 20), ride("r2", 20))
      #expect(try await owed(bench) == ["r1 20", "r2 20"])
      // Nobody asks for so little again and again.
      #expect(try await bench.events("ARREARS_DUE").isEmpty)
      try await handle(bench, ride("r3", 10))
      #expect(try await owed(bench) == [])
      #expect(try await done(double, "r3") == ["charge 50"])
    }
  }

  @Test(
    "is charged with what is beyond the hold; where all is held, with as much of the fare as makes it enough to be charged",
    arguments: [(1000, ["hold 1000", "charge 50", "capture 980"]), (900, ["hold 900", "capture 900", "charge 130"])])
  func held(_ held: Int, _ done: [String]) async throws {
    try await Self.run { bench, double in
      try await handle(bench, ride("r1", 30))
      try await ask(bench, "r2", held: held)
      // It costs what was promised, and tolls.
      var completed = ride("r2", 1000)
      completed.fare = Fare(base: held, tolls: 1000 - held, currency: .usd)
      try await handle(bench, completed)
      #expect(try await owed(bench) == [])
      #expect(try await self.done(double, "r2") == done)
    }
  }

  @Test func theRideIsPaidOfWhatIsHeldEvenIfTheRestIsDeclined() async throws {
    try await Self.run { bench, double in
      try await handle(bench, ride("r1", 30))
      try await ask(bench, "r2", held: 1000)
      try await handle(bench, ride("r2", 1000, card: Self.lost))
      #expect(try await owed(bench) == ["r1 30"])
      #expect(try await done(double, "r2") == ["hold 1000", "decline 50", "capture 1000"])
    }
  }

  @Test func aChargeThatPaidTwoRidesMayBeContestedAsAWhole() async throws {
    try await Self.run { bench, double in
      try await handle(bench, ride("r1", 30), ride("r2", 1000))
      let charge = try #require(try await double.executions(of: "r2").first).of
      let dispute = try await double.dispute(charge)
      try await bench.handle([
        EncodedEvent(
          GatewayNotified(
            rideID: "r2", riderID: "rider-1", city: "New York", notice: "evt_1", subject: "charge.dispute.created",
            reference: charge, dispute: dispute))
      ])
      #expect(try await bench.balance("payment", "disputed", "USD") == -1030)
      // Nothing goes back of it meanwhile, of neither ride.
      for (id, fare) in [("r1", 30), ("r2", 1000)] { try await refund(bench, ride(id, fare), fare) }
      let refusals = try await bench.events("CORRECTION_REFUSED")
      #expect(refusals.count == 2, "\(refusals)")
      #expect(refusals.allSatisfy { $0.contains("by dispute \(dispute), which is open") }, "\(refusals)")
    }
  }
}
