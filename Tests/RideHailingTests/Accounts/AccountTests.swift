import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("Accounts") struct AccountTests {
  private let rider = AccountHolder(.rider, "r-1")
  private let start = Timestamp(secondsSinceEpoch: 1_770_000_000)

  private func at(_ hours: Int) -> Timestamp { start + .seconds(3600 * hours) }

  private func deposit(_ amount: Int, _ hours: Int, _ name: String) -> EncodedEvent {
    EncodedEvent(
      AccountDeposited(rider, city: "Paris", amount: Money(amount, .eur), movement: name), timestamp: at(hours))
  }

  private func withdraw(_ amount: Int, _ hours: Int, _ name: String) -> EncodedEvent {
    EncodedEvent(
      AccountWithdrawalRequested(rider, city: "Paris", amount: Money(amount, .eur), movement: name),
      timestamp: at(hours))
  }

  private func balance(
    _ bench: RideBench, at time: Timestamp? = nil, recordedBy: Timestamp? = nil
  ) async throws -> Int {
    let selection = AccountHistory.Selection(before: time.map { $0 + .microseconds(1) }, recordedBy: recordedBy)
    return try await AccountHistory(rider.account, from: bench.state).sum(selection)[.eur] ?? 0
  }

  @Test("tell the balance of every past moment")
  func pastBalances() async throws {
    try await RideBench.run { bench in
      _ = try await bench.publish([
        EncodedEvent(
          AccountOpened(rider, city: "Paris", amount: Money(0, .eur), movement: "rider:r-1"), timestamp: at(0)),
        deposit(15_000, 1, "d1"), withdraw(3_000, 2, "w1"), deposit(5_000, 3, "d2"), withdraw(7_000, 4, "w2"),
      ])
      try await bench.running(["payment"]) { try await bench.settled(["payment"]) }
      #expect(try await balance(bench) == 10_000)
      for (hours, expected) in [(0, 0), (1, 15_000), (2, 12_000), (3, 17_000), (4, 10_000), (9, 10_000)] {
        #expect(try await balance(bench, at: at(hours)) == expected)
      }
      #expect(try await balance(bench, at: at(1) - .microseconds(1)) == 0)
      let statement = try await AccountStatement.read(rider.account, from: bench.state)
      #expect(statement.lines.map(\.entry.kind) == [.opened, .deposited, .withdrew, .deposited, .withdrew])
      #expect(statement.lines.map(\.balance.minorUnits) == [0, 15_000, 12_000, 17_000, 10_000])
      let last = try await AccountStatement.read(rider.account, from: bench.state, limit: 2)
      #expect(last.opening == [Money(12_000, .eur)])
      #expect(last.lines.map(\.entry) == statement.lines.suffix(2).map(\.entry))
    }
  }

  @Test("tell what counted at a moment from what was known then: an entry that came late differs")
  func lateEntries() async throws {
    try await RideBench.run { bench in
      try await bench.running(["payment"]) {
        let known = try await bench.publish([deposit(1_000, 1, "d1")])[0].entryID.recordedAt
        try await bench.settled(["payment"])
        // Places in the log tell the millisecond.
        try await eventually("the next millisecond") { Timestamp.now() > known + .milliseconds(1) }
        _ = try await bench.publish([deposit(500, 0, "late")])
        try await bench.settled(["payment"])
        #expect(try await balance(bench, at: at(1)) == 1_500)
        #expect(try await balance(bench, at: at(0)) == 500)
        #expect(try await balance(bench, recordedBy: known) == 1_000)
        #expect(try await balance(bench, at: at(0), recordedBy: known) == 0)
      }
    }
  }

  @Test("refuse an overdraft, also of two withdrawals and two rides at once")
  func overdraft() async throws {
    try await RideBench.run { bench in
      var ride = RideCompleted(
        rideID: "a", riderID: "r-1", driverID: "d-1", city: "Paris", fare: Fare(base: 600, currency: .eur),
        payment: Payment(.wallet))
      let first = EncodedEvent(ride)
      ride.rideID = "b"
      _ = try await bench.publish(
        [deposit(1_000, 0, "d1"), withdraw(700, 1, "w1"), withdraw(700, 1, "w2"), deposit(300, 2, "d2"), first]
          + [EncodedEvent(ride)])
      try await bench.running(["payment", "driver"]) { try await bench.settled(["payment", "driver"]) }
      #expect(try await balance(bench) == 0)
      #expect(try await bench.balances("payment", "receivable:r-1") == ["EUR": -600])
      #expect(try await bench.balances("payment", "clearing") == ["EUR": 1_200])
      let rides = RideState(bench.state)
      #expect(try await rides.payment("a")?.declineReason == nil)
      #expect(try await rides.payment("b")?.declineReason == "insufficient funds")
      let types = try await bench.types()
      #expect(types["ACCOUNT_WITHDRAWN"] == 1)
      #expect(types["ACCOUNT_WITHDRAWAL_REFUSED"] == 1)
      #expect(types["PAYMENT_CAPTURED"] == 1)
      #expect(types["PAYMENT_FAILED"] == 1)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("keep wallet movements in order however many are handled at once")
  func order() async throws {
    try await RideBench.run { bench in
      // Each withdrawal needs the deposit before it.
      let events = (0..<500).flatMap { [deposit(100, $0, "d\($0)"), withdraw(100, $0, "w\($0)")] }
      _ = try await bench.publish(events)
      try await bench.running(["payment"]) { try await bench.settled(["payment"]) }
      #expect(try await balance(bench) == 0)
      #expect(try await bench.types()["ACCOUNT_WITHDRAWAL_REFUSED"] == nil)
    }
  }
}
