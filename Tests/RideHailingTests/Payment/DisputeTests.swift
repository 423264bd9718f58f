import EventStreams
import EventStreamsOperations
import GatewayDouble
import RideHailing
import Testing

/// Payments that are contested, against the strict double of the gateway.
@Suite struct DisputeTests {
  private static func run(_ body: (RideBench, GatewayDouble) async throws -> Void) async throws {
    try await RideBench.runWithCards { bench, double in
      var completed = completedRide("r1", fare: Fare(base: 1500, currency: .usd))
      completed.payment = Payment(.card, token: "pm_card_visa")
      try await bench.handle([EncodedEvent(completed)])
      try await body(bench, double)
      try await bench.expectTrue(of: ["payment"])
    }
  }

  private func contest(_ double: GatewayDouble) async throws -> (charge: String, dispute: String) {
    let charge = try #require(try await double.executions(of: "r1").first).of
    return (charge, try await double.dispute(charge))
  }

  private func notice(_ what: String, _ of: (charge: String, dispute: String), id: String? = nil) -> EncodedEvent {
    EncodedEvent(
      GatewayNotified(
        rideID: "r1", riderID: "rider-1", city: "New York", notice: "evt_\(what)", subject: "charge.dispute.\(what)",
        reference: of.charge, dispute: of.dispute), id: id)
  }

  private func books(_ bench: RideBench) async throws -> [Int] {
    var books: [Int] = []
    for account in ["gateway", "disputed", "platform", "clearing"] {
      books.append(try await bench.balance("payment", account, "USD"))
    }
    return books
  }

  @Test func whatIsContestedIsGoneAtOnceAndComesBackIfTheDisputeIsWon() async throws {
    try await Self.run { bench, double in
      let contested = try await contest(double)
      try await bench.handle([notice("created", contested)])
      #expect(try await books(bench) == [0, -1500, 0, 1500])
      try await double.decide(contested.dispute, "won")
      try await bench.handle([notice("closed", contested), notice("created", contested, id: "again")])
      #expect(try await books(bench) == [-1500, 0, 0, 1500])
      #expect(try await bench.balance("driver", "driver:driver-1", "USD") == 1200)
      let report = try #require(try await RideReport.read("r1", bench.namespace, bench.connection))
      #expect(
        report.outcome.lines.contains("dispute       USD 15.00 won: fraudulent, \(contested.dispute)"),
        "\(report.outcome.lines)")
    }
  }

  @Test(arguments: [false, true])
  func aLostDisputeIsThePlatformsLossInWhateverOrderNoticesComeAndNothingIsRefundedAnyMore(isReversed: Bool)
    async throws
  {
    try await Self.run { bench, double in
      let contested = try await contest(double)
      try await double.decide(contested.dispute, "lost")
      var notices = (0..<3).flatMap { number in
        ["created", "updated", "closed"].map { notice($0, contested, id: "\($0)-\(number)") }
      }
      if isReversed { notices.reverse() }
      for notice in notices { try await bench.handle([notice]) }
      #expect(try await books(bench) == [0, 0, -1500, 1500])
      #expect(try await bench.events("DISPUTE_OPENED").count == 1)
      #expect(try await bench.events("DISPUTE_LOST").count == 1)
      let kept = try await bench.state.hash("payment", "disputes").map(\.value.value)
      #expect(kept.count == 1 && kept[0].contains(#""status":"lost""#), "\(kept)")
      var ride = completedRide("r1", fare: Fare(base: 1500, currency: .usd))
      ride.payment = Payment(.card, token: "pm_card_visa")
      let refund = RefundRequested(of: CorrectedRide(ride), amount: 500, correction: "c1", reason: "late")
      try await bench.handle([EncodedEvent(refund)])
      let refused = try await bench.events("CORRECTION_REFUSED")
      #expect(refused.count == 1 && refused[0].contains("the rider's bank has taken USD 15.00"), "\(refused)")
      let differences = try await bench.differences(from: double)
      #expect(differences.isEmpty, "\(differences)")
    }
  }

  @Test func whatTheGatewayTakesForADisputeIsAnExpenseOfItsOwnThatAWonDisputeDoesNotBringBack() async throws {
    try await Self.run { bench, double in
      let charge = try #require(try await double.executions(of: "r1").first).of
      let contested = (charge: charge, dispute: try await double.dispute(charge, fee: 1500))
      try await bench.handle([notice("created", contested)])
      #expect(try await books(bench) == [1500, -1500, 0, 1500])
      #expect(try await bench.balance("payment", "fees", "USD") == -1500)
      try await double.decide(contested.dispute, "won")
      try await bench.handle([notice("closed", contested)])
      #expect(try await books(bench) == [0, 0, 0, 1500])
      #expect(try await bench.balance("payment", "fees", "USD") == -1500)
      let report = try #require(try await RideReport.read("r1", bench.namespace, bench.connection))
      #expect(
        report.outcome.lines.contains {
          $0.hasPrefix("dispute       USD 15.00 won: fraudulent") && $0.hasSuffix("for a fee of USD 15.00")
        }, "\(report.outcome.lines)")
    }
  }

  @Test func whatACardCouldNotHaveBackIsInTheWalletOnceAndAnotherVersionOfTheReceiptSaysSo() async throws {
    try await Self.run { bench, double in
      var ride = completedRide("r1", fare: Fare(base: 1500, currency: .usd))
      ride.payment = Payment(.card, token: "pm_card_visa")
      let charge = try #require(try await double.executions(of: "r1").first).of
      try await bench.handle([
        EncodedEvent(RefundRequested(of: CorrectedRide(ride), amount: 500, correction: "c1", reason: "late"))
      ])
      #expect(try await bench.balance("payment", "gateway", "USD") == -1000)
      func failed(_ refund: String, _ what: String) -> EncodedEvent {
        EncodedEvent(
          GatewayNotified(
            rideID: "r1", riderID: "rider-1", city: "New York", notice: "evt_\(what)", subject: "refund.failed",
            reference: charge, refund: refund))
      }
      // It has not failed yet, and another is none of ours.
      let known = try #require(
        try await bench.events("PAYMENT_REFUNDED").first?.firstMatch(of: /"reference":"(re_\w+)"/))
      try await bench.handle([failed(String(known.output.1), "updated")])
      #expect(try await bench.events("REFUND_FAILED").isEmpty)
      let refund = try await double.fail(refundOf: charge)
      for what in ["failed", "failed-again"] {
        try await bench.handle([failed(refund, what)], by: ["payment", "driver", "notification"])
      }
      #expect(try await bench.events("REFUND_FAILED").count == 1)
      #expect(try await bench.balance("payment", "gateway", "USD") == -1500)
      #expect(try await bench.balance("payment", "rider:rider-1", "USD") == 500)
      let receipt = try await RideState(bench.state).receipt("r1")
      #expect(receipt?.said?.inWallet == 500 && receipt?.said?.refunded == 500, "\(String(describing: receipt))")
      let differences = try await bench.differences(from: double)
      #expect(differences.isEmpty, "\(differences)")
    }
  }

  @Test func aDisputeThatNobodyHasToldUsOfIsADifferenceFromTheGatewaysList() async throws {
    try await Self.run { bench, double in
      _ = try await contest(double)
      let differences = try await bench.differences(from: double)
      #expect(differences.map(\.kind) == [.disputed], "\(differences)")
    }
  }
}
