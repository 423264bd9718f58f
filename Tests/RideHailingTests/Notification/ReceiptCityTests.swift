import EventStreams
import Foundation
import Testing

@testable import RideHailing

@Suite("A receipt of a city") struct ReceiptCityTests {
  @Test("goes out in the language that the ride's event names, by the city's clock and in its measure")
  func city() async throws {
    try await RideBench.run { bench in
      let newYork = Cities.City(zone: try #require(TimeZone(identifier: "America/New_York")), unit: .miles)
      let bench = bench.with(cities: Cities(["New York": newYork]))
      var ride = completedRide()
      ride.riderEmail = "rider@example.com"
      ride.riderLocale = "fr-FR"
      ride.completedAt = try Timestamp(iso8601: "2026-04-03T10:30:00Z")
      ride.distanceMeters = 1609
      ride.durationSeconds = 90
      try await bench.handle([EncodedEvent(ride)], by: ["payment", "notification"])
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(bench.outbox)/new").first)
      let mail = try String(contentsOfFile: "\(bench.outbox)/new/\(name)", encoding: .utf8)
      #expect(mail.contains("Merci d’avoir voyagé avec nous à New York."))
      #expect(mail.contains("vendredi 3 avril 2026, 06:30 (America/New_York)"))
      #expect(mail.contains("0,9 mi en 2 min."))
    }
  }
}
