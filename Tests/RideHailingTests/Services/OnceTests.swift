import EventStreams
import EventStreamsOperations
import RideHailing
import Testing

@Suite("A ride is booked once") struct OnceTests {
  private func rides(_ count: Int) -> [EncodedEvent] {
    RideSimulator(seed: 21).prefix(count).flatMap(\.events)
  }

  private func ledgers(_ bench: RideBench) async throws -> [TrialBalance.Row] {
    try await TrialBalance.read(from: bench.state).rows
  }

  private static let services = ["payment", "driver", "rating"]

  @Test("whatever is published again, days later, under other ids, with the gateway's keys forgotten")
  func again() async throws {
    try await RideBench.run { plain in
      let gateway = StrictGateway()
      let bench = plain.with(gateway: gateway)
      let events = rides(150)
      try await bench.handle(events, by: Self.services)
      let (booked, calls) = (try await ledgers(bench), gateway.calls)
      #expect(calls > 0)
      try await bench.forgetPublished()
      gateway.forgetKeys()
      try await bench.handle(events, by: Self.services)
      let others = RideSimulator(seed: 21).prefix(150).map {
        EncodedEvent($0.completed.event, id: "again-\($0.completed.event.rideID)", timestamp: $0.completed.at)
      }
      try await bench.handle(Array(others), by: Self.services)
      #expect(gateway.calls == calls)
      #expect(try await ledgers(bench) == booked)
      let types = try await bench.types()
      #expect(types["DRIVER_PAID"] == 150)
      #expect(types["RATING_REQUESTED"] == 150)
      #expect(types["COMPLETION_REFUSED"] == nil)
      #expect(try await bench.audit().violations.isEmpty)
      for service in Self.services {
        let rebuilt = try await Rebuild(namespace: bench.namespace, connection: bench.connection, archive: nil)
          .run(service, applies: false)
        #expect(rebuilt.isIdentical, "\(service) \(rebuilt.shards.flatMap(\.comparison.differences).prefix(2))")
      }
    }
  }

  @Test("and another content of it is said, and books nothing")
  func otherContent() async throws {
    try await RideBench.run { bench in
      let ride = completedRide("r1", fare: Fare(base: 1_230, currency: .usd))
      try await bench.handle([EncodedEvent(ride)])
      let booked = try await ledgers(bench)
      let dearer = completedRide("r1", fare: Fare(base: 9_999, currency: .usd))
      try await bench.handle([EncodedEvent(dearer, id: "other")])
      #expect(try await ledgers(bench) == booked)
      let said = try await bench.events("COMPLETION_REFUSED")
      #expect(said.count == 1)
      #expect(said.first?.contains("its fare is USD 12.30, not USD 99.99") == true, "\(said)")
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test(
    "and another content under the id of the first, when ids are not remembered any more, is refused and spoils no rebuild"
  )
  func otherContentOfOneID() async throws {
    try await RideBench.run { bench in
      let rider = AccountHolder(.rider, "rider-1")
      func deposit(_ amount: Int) -> EncodedEvent {
        EncodedEvent(AccountDeposited(rider, city: "New York", amount: Money(amount, .usd), movement: "d1"))
      }
      func rated(_ stars: Int) -> EncodedEvent {
        EncodedEvent(RideRated(rideID: "r1", driverID: "driver-1", city: "New York", stars: stars))
      }
      func completed(_ fare: Int) -> EncodedEvent {
        EncodedEvent(completedRide("r1", fare: Fare(base: fare, currency: .usd)))
      }
      try await bench.handle([completed(1_230), deposit(500)], by: Self.services)
      try await bench.handle([rated(5)], by: Self.services)
      let booked = try await ledgers(bench)
      for _ in 0..<2 {
        try await bench.forgetPublished()
        try await bench.handle([completed(1_230), deposit(500), rated(5)], by: Self.services)
      }
      for type in ["COMPLETION_REFUSED", "ACCOUNT_MOVEMENT_REFUSED", "RATING_REFUSED"] {
        #expect(try await bench.events(type).isEmpty, "\(type)")
      }
      try await bench.forgetPublished()
      try await bench.handle([completed(9_999), deposit(700), rated(1)], by: Self.services)
      #expect(try await ledgers(bench) == booked)
      for type in ["COMPLETION_REFUSED", "ACCOUNT_MOVEMENT_REFUSED", "RATING_REFUSED"] {
        #expect(try await bench.events(type).count == 1, "\(type)")
      }
      // One id with two contents is said; what was booked is as it should be.
      #expect(try await Set(bench.audit().violations.map(\.kind)) == [.contradictingEvent])
      for service in Self.services {
        let rebuilt = try await Rebuild(namespace: bench.namespace, connection: bench.connection, archive: nil)
          .run(service, applies: false)
        #expect(rebuilt.isIdentical, "\(service) \(rebuilt.shards.flatMap(\.comparison.differences).prefix(2))")
      }
    }
  }

  @Test("and what becomes of withdrawals that nobody named is told apart")
  func namelessWithdrawals() async throws {
    try await RideBench.run { bench in
      let rider = AccountHolder(.rider, "r-1")
      try await bench.handle(
        [EncodedEvent(AccountDeposited(rider, city: "Paris", amount: Money(1_000, .eur), movement: "d1"))],
        by: ["payment"])
      let nameless = AccountWithdrawalRequested(rider, city: "Paris", amount: Money(300, .eur), movement: "rider:r-1")
      try await bench.handle(["x1", "x2"].map { EncodedEvent(nameless, id: $0) }, by: ["payment"])
      #expect(try await bench.balance("payment", "rider:r-1") == 400)
      #expect(try await bench.events("ACCOUNT_WITHDRAWN").count == 2)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("and so is each movement of an account")
  func movements() async throws {
    try await RideBench.run { bench in
      let rider = AccountHolder(.rider, "r-1")
      func movement(_ name: String) -> AccountDeposited {
        AccountDeposited(rider, city: "Paris", amount: Money(1_000, .eur), movement: name)
      }
      let withdrawal = AccountWithdrawalRequested(rider, city: "Paris", amount: Money(300, .eur), movement: "w1")
      let events = [EncodedEvent(movement("d1")), EncodedEvent(withdrawal)]
      try await bench.handle(events, by: ["payment"])
      try await bench.forgetPublished()
      try await bench.handle(
        events + [EncodedEvent(movement("d1"), id: "d1 again"), EncodedEvent(withdrawal, id: "w1 again")],
        by: ["payment"])
      #expect(try await bench.balance("payment", "rider:r-1") == 700)
      // Those without a name of their own are as many as their ids.
      let nameless = ["x1", "x2"].map { EncodedEvent(movement("rider:r-1"), id: $0) }
      try await bench.handle(nameless, by: ["payment"])
      #expect(try await bench.balance("payment", "rider:r-1") == 2_700)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }
}
