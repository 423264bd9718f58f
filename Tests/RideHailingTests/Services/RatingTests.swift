import EventStreams
import RideHailing
import Testing

@Suite("A rating") struct RatingTests {
  private func rating(_ ride: String, driver: String = "driver-1", stars: Int = 5) -> RideRated {
    RideRated(rideID: ride, driverID: driver, city: "New York", stars: stars)
  }

  @Test("counts for the ride's own driver, once; all others are refused, with the reason")
  func ownWindow() async throws {
    try await RideBench.run { bench in
      try await bench.handle([EncodedEvent(completedRide())], by: ["rating"])
      try await bench.handle(
        [
          EncodedEvent(rating("nothing"), id: "none"), EncodedEvent(rating("r1", driver: "driver-2"), id: "other"),
          EncodedEvent(rating("r1", stars: 4), id: "first", key: "k"),
          EncodedEvent(rating("r1", stars: 1), id: "second"),
        ], by: ["rating"])
      let state = RideState(bench.state)
      #expect(try await state.ratings(ofDriver: "driver-1") == (1, 4))
      #expect(try await state.ratings(ofDriver: "driver-2") == (0, 0))
      let refused = try await bench.events("RATING_REFUSED")
      #expect(refused.count == 3)
      for reason in ["no such ride", "the ride's driver is driver-1, not driver-2", "has been rated already"] {
        #expect(refused.count { $0.contains(reason) } == 1, "\(reason)")
      }
      // A completion that is published again opens nothing.
      try await bench.handle([EncodedEvent(completedRide(), id: "again")], by: ["rating"])
      try await bench.handle([EncodedEvent(rating("r1", stars: 1), id: "third")], by: ["rating"])
      #expect(try await state.ratings(ofDriver: "driver-1") == (1, 4))
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("counts until 30 days after the ride's end")
  func inTime() async throws {
    try await RideBench.run { bench in
      let end = Timestamp(secondsSinceEpoch: 1_770_000_000)
      let month = Duration.seconds(30 * 24 * 3600)
      try await bench.handle(["r1", "r2"].map { EncodedEvent(completedRide($0), timestamp: end) }, by: ["rating"])
      try await bench.handle(
        [
          EncodedEvent(rating("r1"), timestamp: end + month),
          EncodedEvent(rating("r2"), timestamp: end + month + .microseconds(1)),
        ], by: ["rating"])
      #expect(try await RideState(bench.state).stars("r1") == 5)
      #expect(try await RideState(bench.state).stars("r2") == nil)
      let refused = try await bench.events("RATING_REFUSED")
      #expect(refused.count == 1)
      #expect(refused.first?.contains("could be rated until") == true)
    }
  }
}
