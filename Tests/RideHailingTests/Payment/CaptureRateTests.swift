import EventStreams
import Foundation
import GatewayDouble
import RideHailing
import Testing

/// In `scripts/conformance`: CAPTURE_RATE says how many captures a second a worker has to reach. Nothing else may run beside it.
@Suite("Captures at a slow gateway", .enabled(if: ProcessInfo.processInfo.environment["CAPTURE_RATE"] != nil))
struct CaptureRateTests {
  private static let rides = 3000

  @Test("are made side by side: as many as are asked for at 300 ms each")
  func rate() async throws {
    let rate = try #require(ProcessInfo.processInfo.environment["CAPTURE_RATE"].flatMap { Double($0) })
    let double = try GatewayDouble()
    try await RideBench.run { plain in
      let bench = plain.with(gateway: CardsOverHTTP(double.client()))
      let quote = Quote(price: Money(1000, .eur), lockedUntil: .now() + .seconds(3600))
      func city(_ number: Int) -> String { "city-\(number % 16)" }
      try await bench.handle(
        (0..<Self.rides).map {
          EncodedEvent(
            RideRequested(
              rideID: "r-\($0)", riderID: "u-\($0)", city: city($0), quote: quote,
              payment: Payment(.card, token: "pm_card_visa")))
        }, by: ["payment"])
      try await double.faults(["delay": 0.3])
      var took = Duration.zero
      try await bench.running(["payment"]) {
        let start = ContinuousClock.now
        _ = try await bench.publish(
          (0..<Self.rides).map {
            EncodedEvent(
              RideCompleted(
                rideID: "r-\($0)", riderID: "u-\($0)", driverID: "d-\($0 % 50)", city: city($0),
                fare: Fare(base: 1000, currency: .eur), payment: Payment(.card, token: "pm_card_visa")))
          })
        try await bench.settled(["payment"])
        took = ContinuousClock.now - start
      }
      #expect(try await double.executions().allSatisfy { $0.done.map(\.what) == ["hold", "capture"] })
      let reached = Double(Self.rides) / (took / .seconds(1))
      print("\(Int(reached)) captures a second at 300 ms each, of \(Int(rate))")
      #expect(reached >= rate, "\(reached) captures a second")
    }
  }
}
