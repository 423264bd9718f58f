import EventStreams
import EventStreamsOperations
import RideHailing
import Testing

@Suite("The commission rate") struct CommissionTests {
  private func ride(_ id: String, _ total: Int = 1_000) -> RideCompleted {
    completedRide(id, fare: Fare(base: total, tip: 100, taxes: 50, currency: .usd))
  }

  @Test("stands in the event that booked it: after it changed, corrections and rebuilds go by the old one")
  func change() async throws {
    try await RideBench.run { bench in
      try await bench.handle([EncodedEvent(ride("r1"))])
      #expect(try await bench.balance("driver", "platform", "USD") == 200)
      let dearer = bench.with(commissionBasisPoints: 3_000)
      try await dearer.handle([EncodedEvent(ride("r2"))])
      #expect(try await bench.balance("driver", "platform", "USD") == 500)

      // 2.00 more of the first ride, at 20 %.
      let fare = Fare(base: 1_200, tip: 100, taxes: 50, currency: .usd)
      try await dearer.handle([
        EncodedEvent(
          FareAdjustmentRequested(of: CorrectedRide(ride("r1")), newFare: fare, correction: "c", reason: "r"))
      ])
      try await dearer.running(["driver"]) { try await dearer.settled(["driver"]) }
      #expect(try await bench.balance("driver", "platform", "USD") == 540)
      #expect(try await bench.balance("driver", "clearing", "USD") == -2_500)
      #expect(try await bench.balance("payment", "clearing", "USD") == 2_500)
      let paid = try await bench.events("DRIVER_PAID")
      #expect(paid.count == 3)
      #expect(paid.count { $0.contains(#""plan":"standard","basisPoints":2000"#) } == 2)
      #expect(paid.last?.contains(#""fare":1200,"commission":240"#) == true)

      let report = try await Rebuild(namespace: bench.namespace, connection: bench.connection, archive: nil)
        .run("driver", applies: false)
      #expect(report.isIdentical, "\(report.shards.flatMap(\.comparison.differences).prefix(2))")
      #expect(report.isComplete)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }
}
