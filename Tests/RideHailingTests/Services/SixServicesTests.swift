import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RideHailing
import Testing

@Suite("Six services") struct SixServicesTests {
  private func rides(_ count: Int, seed: UInt64 = 11) -> [EncodedEvent] {
    RideSimulator(seed: seed).prefix(count).flatMap(\.events)
  }

  @Test("react to each ride once; accounts add up; publishing again changes nothing")
  func once() async throws {
    try await RideBench.run { bench in
      let count = 400
      let events = rides(count)
      var fares: [String: Int] = [:]
      for ride in RideSimulator(seed: 11).prefix(count) {
        fares[ride.completed.event.fare.currency.code, default: 0] += ride.completed.event.fare.total
      }
      try await bench.running(RideServices.standard.names) {
        _ = try await bench.publish(events)
        try await bench.settled(RideServices.standard.names)
        let before = try await bench.books()
        let again = try await bench.publish(events)
        #expect(again.allSatisfy { $0.isDuplicate })
        try await bench.settled(RideServices.standard.names)
        let changes = try await bench.books().difference(from: before)
        #expect(changes.isEmpty)
      }

      // Payment credits clearing with each fare, driver debits it.
      let paid = try await bench.balances("payment", "clearing")
      let earned = try await bench.balances("driver", "clearing")
      #expect(paid == fares)
      #expect(earned == fares.mapValues { -$0 })
      var distributed: [String: Int] = [:]
      for prefix in ["driver:", "cash:", "platform", "taxes"] {
        distributed.merge(try await bench.balances("driver", prefix), uniquingKeysWith: +)
      }
      #expect(distributed == fares)

      let payments = try await bench.state.hash("payment", "payments")
      let windows = try await bench.state.hash("rating", "windows")
      let receipts = try await RideState(bench.state).receipts()
      #expect(payments.count == count)
      #expect(windows.count == count)
      #expect(receipts.count == count)
      let mails = try FileManager.default.contentsOfDirectory(atPath: bench.outbox + "/new")
      #expect(mails.count == receipts.count { $0.email != nil })
      let archived = try await Archive(path: bench.configuration.archivePath, of: .rides).counts()
      #expect(archived["RIDE_COMPLETED"] == count)
      #expect(archived["RATING_REQUESTED"] == count)
      #expect(archived["PAYMENT_CAPTURED", default: 0] + archived["PAYMENT_FAILED", default: 0] == count)
    }
  }

  @Test("go on without the one that is down, which catches up when it returns")
  func independence() async throws {
    try await RideBench.run { bench in
      let others = RideServices.standard.names.filter { $0 != "rating" }
      try await bench.running(others) {
        _ = try await bench.publish(rides(100))
        try await bench.settled(others)
      }
      let none = try await bench.state.hash("rating", "windows")
      #expect(none.isEmpty)
      try await bench.running(["rating"]) { try await bench.settled(["rating"]) }
      let all = try await bench.state.hash("rating", "windows")
      #expect(all.count == 100)
    }
  }

  @Test("count what a ride's people give each other once, when both have")
  func rating() async throws {
    try await RideBench.run { bench in
      let ride = completedRide()
      try await bench.running(["rating"]) {
        _ = try await bench.publish([
          EncodedEvent(ride),
          EncodedEvent(RideRated(rideID: "r1", driverID: "driver-1", city: "New York", stars: 4)),
          EncodedEvent(RideRated(rideID: "r1", driverID: "driver-1", city: "New York", stars: 1), id: "another"),
          EncodedEvent(
            RideRated(
              rideID: "r1", driverID: "driver-1", city: "New York", stars: 3, by: .driver, riderID: ride.riderID)),
        ])
        try await bench.settled(["rating"])
      }
      let state = RideState(bench.state)
      #expect(try await state.ratings(of: AccountHolder(.driver, "driver-1")) == RatingMean(count: 1, stars: 4))
      #expect(try await state.ratings(of: AccountHolder(.rider, ride.riderID)) == RatingMean(count: 1, stars: 3))
      let shown = try await state.ratings(ofRide: "r1")
      #expect(shown.rider == 4 && shown.driver == 3)
    }
  }

  @Test("book what a declined card owes, so that clearing returns to zero")
  func declined() async throws {
    try await RideBench.run { bench in
      var ride = completedRide()
      ride.payment = Payment(.card, token: "tok_declined_stolen_card")
      let event = EncodedEvent(ride)
      try await bench.running(["payment", "driver"]) {
        _ = try await bench.publish([event])
        try await bench.settled(["payment", "driver"])
      }
      let owed = try await bench.balances("payment", "receivable:rider-1")
      #expect(owed == ["USD": -1380])
      let payment = try await RideState(bench.state).payment("r1")
      #expect(payment?.declineReason == "stolen card")
      let statement = try await AccountStatement.read(.clearing, from: bench.state)
      #expect(statement.balances == [Money(0, .usd)])
      let driver = try await AccountStatement.read(.driver("driver-1"), from: bench.state)
      // 80 % of the base, the tip and the tolls.
      #expect(driver.lines.map(\.balance) == [Money(1100, .usd)])
    }
  }
}
