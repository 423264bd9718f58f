import EventStreams
import EventStreamsOperations
import HiredisClient
import RideHailing
import Testing

@Suite("Corrections") struct CorrectionTests {
  private let fare = Fare(base: 1_000, distance: 500, tip: 200, taxes: 100, currency: .eur)

  private func ride(_ method: Payment) -> RideCompleted {
    RideCompleted(rideID: "a", riderID: "r-1", driverID: "d-1", city: "Paris", fare: fare, payment: method)
  }

  private func current(_ bench: RideBench) async throws -> CorrectedRide {
    let history = try await RideHistory.read(
      "a", RideServices.standard, bench.namespace, bench.connection, archive: nil)
    return try #require(history.ride)
  }

  private func adjustment(_ bench: RideBench, total: Int, _ name: String) async throws -> FareAdjustmentRequested {
    let ride = try await current(bench)
    let newFare = try #require(ride.fare.changed(total: total, tip: ride.fare.tip, tolls: 0, taxes: ride.fare.taxes))
    return FareAdjustmentRequested(of: ride, newFare: newFare, correction: name, reason: "wrong route")
  }

  @Test(
    "change what the rider paid and the driver earned, whatever the ride was paid with",
    arguments: [Payment(.card, token: "tok_visa"), Payment(.cash), Payment(.wallet)])
  func adjust(payment: Payment) async throws {
    try await RideBench.run { bench in
      try await bench.running(["payment", "driver"]) {
        let deposit = AccountDeposited(
          AccountHolder(.rider, "r-1"), city: "Paris", amount: Money(5_000, .eur), movement: "d1")
        _ = try await bench.publish([EncodedEvent(deposit), EncodedEvent(ride(payment))])
        try await bench.settled(["payment", "driver"])
        // 20 % of 1500; the tip is the driver's.
        let held = payment.method == .cash ? 1_800 : 0
        #expect(try await bench.balances("driver", "driver:d-1") == ["EUR": 1_400 - held])

        _ = try await bench.publish([EncodedEvent(try await adjustment(bench, total: 2_300, "up"))])
        try await bench.settled(["payment", "driver"])
        #expect(try await bench.balances("driver", "driver:d-1") == ["EUR": 1_800 - held])
        #expect(try await current(bench).fare.total == 2_300)

        _ = try await bench.publish([EncodedEvent(try await adjustment(bench, total: 800, "down"))])
        try await bench.settled(["payment", "driver"])
        #expect(try await bench.balances("driver", "driver:d-1") == ["EUR": 600 - held])
      }
      let sources = ["card": "gateway", "cash": "cash:d-1", "wallet": "rider:r-1"]
      let source = try #require(sources[payment.method.rawValue])
      let paid = try await bench.balances("payment", source)
      // What was paid in cash is given back into the wallet.
      let wallet = try await bench.balances("payment", "rider:r-1")["EUR"] ?? 0
      #expect(paid["EUR"] == (payment.method == .card ? -800 : payment.method == .cash ? -1_800 : 4_200))
      #expect(wallet == (payment.method == .card ? 5_000 : payment.method == .cash ? 6_000 : 4_200))
      let balance = try await TrialBalance.read(from: bench.state)
      #expect(balance.isBalanced)
      #expect(balance.rows.first { $0.account == .clearing }?.balance.minorUnits == 0)
      #expect(try await bench.audit().violations.isEmpty)
      let entries = try await AccountStatement.read(.driver("d-1"), from: bench.state).lines.map(\.entry)
      #expect(entries.map(\.corrects) == [nil, "driver:RIDE_COMPLETED:a", "driver:FARE_ADJUSTED/1/a/up"])
    }
  }

  @Test("give back no more than the fare, once, of two that are asked for at the same time")
  func refund() async throws {
    try await RideBench.run { bench in
      try await bench.running(["payment", "driver"]) {
        _ = try await bench.publish([EncodedEvent(ride(Payment(.card, token: "tok_visa")))])
        try await bench.settled(["payment", "driver"])
        let ride = try await current(bench)
        _ = try await bench.publish(
          ["one", "two"].map {
            EncodedEvent(RefundRequested(of: ride, amount: 1_800, correction: $0, reason: "never driven"))
          })
        try await bench.settled(["payment", "driver"])
      }
      let types = try await bench.types()
      #expect(types["RIDE_REFUNDED"] == 1)
      #expect(types["CORRECTION_REFUSED"] == 1)
      #expect(types["PAYMENT_REFUNDED"] == 1)
      #expect(try await bench.balances("payment", "gateway") == ["EUR": 0])
      #expect(try await bench.balances("payment", "platform") == ["EUR": -1_800])
      #expect(try await bench.balances("driver", "driver:d-1") == ["EUR": 1_400])
      #expect(try await current(bench).refundable == 0)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("are refused where they can't be: more than the fare, another currency, nothing to change")
  func check() throws {
    let ride = CorrectedRide(ride(Payment(.cash)))
    func problem(_ correction: RefundRequested) throws -> JSONError? {
      var parser = JSONParser()
      let bytes = JSONWriter.bytes(of: correction)
      do throws(JSONError) {
        _ = try RefundRequested(from: parser.parse(bytes.span))
        return nil
      } catch {
        return error
      }
    }
    #expect(try problem(RefundRequested(of: ride, amount: 1_801, correction: "c", reason: "r"))?.path == "amount")
    #expect(try problem(RefundRequested(of: ride, amount: 0, correction: "c", reason: "r"))?.path == "amount")
    #expect(try problem(RefundRequested(of: ride, correction: "c", reason: "r"))?.path == "newFare")
    let dollars = Fare(base: 1, currency: .usd)
    #expect(
      try problem(RefundRequested(of: ride, newFare: dollars, correction: "c", reason: "r"))?.path
        == "newFare.currency")
  }
}
