import EventStreams
import RideHailing
import Testing

@Suite("Cash") struct CashTests {
  private let driver = AccountHolder(.driver, "d-1")

  private func ride(_ id: String, _ payment: Payment = Payment(.cash)) -> EncodedEvent {
    EncodedEvent(
      RideCompleted(
        rideID: id, riderID: "r-1", driverID: "d-1", city: "Paris", fare: Fare(base: 1_000, currency: .eur),
        payment: payment))
  }

  private func withdrawal(_ amount: Int, _ name: String) -> EncodedEvent {
    EncodedEvent(
      AccountWithdrawalRequested(driver, city: "Paris", amount: Money(amount, .eur), movement: name))
  }

  @Test(
    "that a driver holds is paid already: after ten cash rides of 10.00 nothing can be withdrawn, and 20.00 are owed")
  func overpayout() async throws {
    try await RideBench.run { bench in
      try await bench.handle((1...10).map { ride("c\($0)") } + [withdrawal(8_000, "w1"), withdrawal(1, "w2")])
      #expect(try await bench.types()["ACCOUNT_WITHDRAWN"] == nil)
      #expect(try await bench.types()["ACCOUNT_WITHDRAWAL_REFUSED"] == 2)
      #expect(try await bench.balance("driver", "driver:d-1") == -2_000)
      let held = try await AccountHistory.cash(heldBy: "d-1", from: bench.state).sum(.init())
      #expect(held == [.eur: 10_000])

      // A negative balance is carried: two card rides earn 16.00, and 4.00 are still owed.
      let card = Payment(.card, token: "tok_visa")
      try await bench.handle([ride("k1", card), ride("k2", card), withdrawal(100, "w3")])
      #expect(try await bench.balance("driver", "driver:d-1") == -400)
      try await bench.handle([ride("k3", card), withdrawal(401, "w4"), withdrawal(400, "w5")])
      #expect(try await bench.balance("driver", "driver:d-1") == 0)
      #expect(try await bench.types()["ACCOUNT_WITHDRAWN"] == 1)

      let balance = try await TrialBalance.read(from: bench.state)
      #expect(balance.isBalanced)
      for account in [Account.clearing, .cash(driver: "d-1")] {
        #expect(balance.rows.first { $0.account == account }?.balance.minorUnits == 0)
      }
      let statement = try await AccountStatement.read(driver.account, from: bench.state)
      let month = try #require(DriverStatement.statements(statement).first)
      #expect(month.addsUp)
      #expect(month.cashCollected == 10_000)
      #expect(month.payouts == 400)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }
}
