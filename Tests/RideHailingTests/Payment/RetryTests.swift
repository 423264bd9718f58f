import EventStreams
import EventStreamsOperations
import GatewayDouble
import RideHailing
import Testing

/// What is owed is charged again, as long as that can help.
@Suite struct RetryTests {
  private func completion(_ ride: String, _ card: String) -> EncodedEvent {
    var completed = completedRide(ride, fare: Fare(base: 1000, currency: .usd))
    completed.payment = Payment(.card, token: "pm_card_\(card)")
    return EncodedEvent(completed)
  }

  private func retry(_ attempt: Int) -> EncodedEvent {
    // What waits until it is due has its own id.
    EncodedEvent(
      PaymentRetryDue(rideID: "r1", riderID: "rider-1", city: "New York", attempt: attempt, since: .now()),
      id: "early-\(attempt)")
  }

  @Test func whatWasDeclinedForTheTimeBeingIsChargedAgainUntilItIsPaidAndThenNoMore() async throws {
    try await RideBench.runWithCards { bench, double in
      try await bench.handle([completion("r1", "chargeDeclinedInsufficientFunds")])
      let failed = try await bench.events("PAYMENT_FAILED")
      #expect(failed.count == 1 && failed[0].contains(#""retryAt":"#), "\(failed)")
      try await bench.handle([retry(1)])
      #expect(try await bench.balance("payment", "receivable:rider-1", "USD") == -1000)
      try await double.pardon()
      try await bench.handle([retry(2)])
      #expect(try await bench.balance("payment", "receivable:rider-1", "USD") == 0)
      #expect(try await bench.balance("payment", "gateway", "USD") == -1000)
      // It comes once more, and nothing is owed.
      try await bench.handle([retry(3)])
      #expect(try await double.executions(of: "r1").map(\.what) == ["decline", "decline", "charge"])
      try await bench.expectTrue(of: ["payment"])
    }
  }

  @Test func aCardThatIsDeclinedForGoodIsNotChargedAgain() async throws {
    try await RideBench.runWithCards { bench, _ in
      try await bench.handle([completion("r1", "chargeDeclinedLostCard")])
      let failed = try await bench.events("PAYMENT_FAILED")
      #expect(failed.count == 1 && !failed[0].contains("retryAt"), "\(failed)")
      try await bench.expectTrue(of: ["payment"])
    }
  }
}
