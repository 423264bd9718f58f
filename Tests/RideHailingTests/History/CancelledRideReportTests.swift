import EventStreams
import EventStreamsOperations
import RideHailing
import Testing

@Suite("A ride that does not take place") struct CancelledRideReportTests {
  @Test("is shown with its whole life, by whom it was called off, why, and for what fee")
  func shown() async throws {
    try await RideBench.run { bench in
      let cancelled = RideCancelled(
        rideID: "r", riderID: "u", driverID: "d", city: "Paris", by: .rider, reason: "late", fee: Money(500, .eur),
        payment: Payment(.card, token: "tok_secret"))
      let quote = Quote(price: Money(1200, .eur), lockedUntil: .now() + .seconds(60))
      _ = try await bench.publish([
        EncodedEvent(RideQuoted(rideID: "r", riderID: "u", city: "Paris", quote: quote)),
        EncodedEvent(RideRequested(rideID: "r", riderID: "u", city: "Paris", quote: quote)),
        EncodedEvent(RideAccepted(rideID: "r", driverID: "d", city: "Paris")), EncodedEvent(cancelled),
        EncodedEvent(RideCancelled(rideID: "other", riderID: nil, city: "Paris", by: .system)),
      ])
      let report = try #require(try await RideReport.read("r", bench.namespace, bench.connection))
      #expect(
        report.events.map(\.header.type.rawValue) == [
          "RIDE_QUOTED", "RIDE_REQUESTED", "RIDE_ACCEPTED", "RIDE_CANCELLED",
        ])
      #expect(report.outcome.lines == ["request       called off by the rider, for a fee of EUR 5.00: late"])
      let json = String(decoding: JSONWriter.bytes(of: report.outcome), as: UTF8.self)
      #expect(json.contains(#""cancellation":{"by":"rider","reason":"late","fee":500,"currency":"EUR"}"#))
      #expect(!json.contains("tok_secret"))
    }
  }
}
