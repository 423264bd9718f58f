import EventStreams
import HiredisClient
import RideHailing
import Testing

@Suite("Refunds") struct RefundTests {
  private let rider = AccountHolder(.rider, "r-1")

  private func ride(_ total: Int, _ payment: Payment, id: String = "a") -> RideCompleted {
    RideCompleted(
      rideID: id, riderID: "r-1", driverID: "d-1", city: "Paris", fare: Fare(base: total, currency: .eur),
      payment: payment)
  }

  private func current(_ bench: RideBench, _ ride: RideCompleted) async throws -> CorrectedRide {
    var current = CorrectedRide(ride)
    current.stand(as: try #require(try await RideState(bench.state).payment(ride.rideID)))
    return current
  }

  private func adjust(_ bench: RideBench, _ ride: RideCompleted, to total: Int, _ name: String) async throws {
    try await bench.handle([
      EncodedEvent(
        FareAdjustmentRequested(
          of: try await current(bench, ride), newFare: Fare(base: total, currency: .eur), correction: name, reason: "r")
      )
    ])
  }

  private func refund(_ bench: RideBench, _ ride: RideCompleted, _ amount: Int, _ name: String) async throws {
    try await bench.handle([
      EncodedEvent(
        RefundRequested(of: try await current(bench, ride), amount: amount, correction: name, reason: "r"))
    ])
  }

  @Test("give back only what was paid: what is owed becomes less first")
  func neverPaid() async throws {
    try await RideBench.run { bench in
      let ride = ride(1_500, Payment(.wallet))
      let deposit = AccountDeposited(rider, city: "Paris", amount: Money(2_000, .eur), movement: "d1")
      try await bench.handle([EncodedEvent(deposit), EncodedEvent(ride)])
      try await adjust(bench, ride, to: 3_000, "up")
      // The wallet holds 5.00: 15.00 are owed.
      #expect(try await bench.balance("payment", "receivable:r-1") == -1_500)
      try await refund(bench, ride, 3_000, "all")
      #expect(try await bench.balance("payment", "receivable:r-1") == 0)
      #expect(try await bench.balance("payment", "rider:r-1") == 2_000)
      let withdrawal = AccountWithdrawalRequested(rider, city: "Paris", amount: Money(3_500, .eur), movement: "w1")
      try await bench.handle([EncodedEvent(withdrawal)])
      #expect(try await bench.types()["ACCOUNT_WITHDRAWAL_REFUSED"] == 1)
      let record = try #require(try await RideState(bench.state).payment("a"))
      #expect(record.standing.addsUp)
      #expect(record.owed == 0)
      #expect(record.charges.map(\.remaining) == [0])
      #expect(try await TrialBalance.read(from: bench.state).isBalanced)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("go against the charges that were captured, newest first, and never beyond any of them")
  func perCharge() async throws {
    try await RideBench.run { plain in
      let gateway = StrictGateway()
      let bench = plain.with(gateway: gateway)
      let ride = ride(1_000, Payment(.card, token: "tok_visa"))
      // Names of the producer's own choice name no charge.
      try await bench.handle([EncodedEvent(ride, id: "booking-77", key: "k-77")])
      try await adjust(bench, ride, to: 3_000, "up")
      #expect(gateway.charges.values.map(\.captured).sorted() == [1_000, 2_000])
      try await refund(bench, ride, 2_500, "most")
      try await adjust(bench, ride, to: 2_900, "down")
      let charges = gateway.charges.values.sorted { $0.captured < $1.captured }
      #expect(charges == [.init(captured: 1_000, refunded: 600), .init(captured: 2_000, refunded: 2_000)])
      #expect(try await bench.balance("payment", "gateway") == -400)
      let record = try #require(try await RideState(bench.state).payment("a"))
      #expect(record.standing.addsUp)
      #expect(record.standing.card == 400)
      #expect(Set(record.charges.map(\.id)) == Set(gateway.charges.keys))
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("of a declined card lower what is owed, and name no charge")
  func declined() async throws {
    try await RideBench.run { plain in
      let gateway = StrictGateway()
      let bench = plain.with(gateway: gateway)
      let ride = ride(1_000, Payment(.card, token: "tok_declined"))
      try await bench.handle([EncodedEvent(ride)])
      try await refund(bench, ride, 1_000, "all")
      let record = try #require(try await RideState(bench.state).payment("a"))
      #expect(record.charges.isEmpty)
      #expect(record.attempt == "ch_1")
      #expect(record.owed == 0)
      #expect(gateway.calls == 1)
      let failed = try #require(try await bench.events("PAYMENT_FAILED").first)
      #expect(!failed.contains("reference"))
      #expect(try await bench.balance("payment", "receivable:r-1") == 0)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("go by the ride's own facts: a request that says something else of it, or of no ride, is refused")
  func untrue() async throws {
    try await RideBench.run { bench in
      let ride = ride(1_000, Payment(.wallet))
      let deposit = AccountDeposited(rider, city: "Paris", amount: Money(1_000, .eur), movement: "d1")
      try await bench.handle([EncodedEvent(deposit), EncodedEvent(ride)])
      let facts = CorrectedRide(ride)
      var requests: [RefundRequested] = []
      func request(_ name: String, _ amount: Int, _ change: (inout RefundRequested) -> Void) {
        var request = RefundRequested(of: facts, amount: amount, correction: name, reason: "r")
        change(&request)
        requests.append(request)
      }
      request("fare", 900_000) { $0.fare = Fare(base: 900_000, currency: .eur) }
      request("dollars", 1_000) { $0.fare = Fare(base: 1_000, currency: .usd) }
      request("driver", 1_000) { $0.driverID = "d-2" }
      request("rider", 1_000) { $0.riderID = "r-2" }
      request("follows", 1_000) { $0.follows = "RIDE_REFUNDED/1/a/x" }
      request("nothing", 1_000) { $0.rideID = "nothing" }
      try await bench.handle(requests.map { EncodedEvent($0) })
      #expect(try await bench.types()["RIDE_REFUNDED"] == nil)
      #expect(try await bench.types()["CORRECTION_REFUSED"] == requests.count)
      // Approved by nobody: nothing is booked on it.
      let forged = RefundRequested(of: facts, amount: 1_000, correction: "forged", reason: "r")
      try await bench.handle([
        EncodedEvent(forged.becoming(RideRefunded.self)), EncodedEvent(forged.becoming(FareAdjusted.self), id: "x"),
      ])
      #expect(try await bench.balance("payment", "rider:") == 0)
      #expect(try await bench.balance("driver", "driver:d-1") == 800)

      let negative = #"""
        {"type":"REFUND_REQUESTED","timestamp":"2026-04-03T10:30:00Z","data":{"rideId":"a","riderId":"r-1","driverId":"d-1","city":"Paris",
        "payment":{"method":"wallet"},"fare":{"total":1000,"currency":"EUR"},"refunded":-1000000,"amount":900000,"correction":"n","reason":"r"}}
        """#
      #expect(problem { try EventCatalog.rides.read(negative) }.contains("refunded"))
    }
  }

  @Test("of one name happen once for each ride, whatever is published again")
  func names() async throws {
    try await RideBench.run { bench in
      let rides = ["a", "b"].map { ride(1_000, Payment(.card, token: "tok_visa"), id: $0) }
      try await bench.handle(rides.map { EncodedEvent($0) })
      let requests = rides.map {
        EncodedEvent(RefundRequested(of: CorrectedRide($0), amount: 300, correction: "c", reason: "r"))
      }
      try await bench.handle(requests)
      try await bench.forgetPublished()
      try await bench.handle(requests)
      #expect(try await bench.types()["RIDE_REFUNDED"] == 2)
      #expect(try await bench.balance("payment", "platform") == -600)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("asked for right behind the ride know of it, and of those before them, in one batch")
  func oneBatch() async throws {
    try await RideBench.run { bench in
      let ride = ride(1_000, Payment(.card, token: "tok_visa"))
      let facts = CorrectedRide(ride)
      let first = RefundRequested(of: facts, amount: 300, correction: "one", reason: "r")
      var second = RefundRequested(of: facts, amount: 700, correction: "two", reason: "r")
      second.refunded = 300
      second.follows = first.becoming(RideRefunded.self).eventID
      try await bench.handle([EncodedEvent(ride), EncodedEvent(first), EncodedEvent(second)])
      #expect(try await bench.types()["RIDE_REFUNDED"] == 2)
      #expect(try await bench.balance("payment", "gateway") == 0)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }
}
