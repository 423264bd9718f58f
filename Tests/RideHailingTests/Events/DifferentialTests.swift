import EventStreams
import Foundation
import RideHailing
import Testing

@Suite("Real events") struct DifferentialTests {
  /// What a completed ride says, as Foundation reads it.
  private struct Reference: Decodable {
    struct Data: Decodable {
      struct Fare: Decodable {
        let base: Int
        let total: Int
        let currency: String
      }
      struct Place: Decodable {
        let lat: Double
        let lon: Double
      }
      let rideId: String
      let riderId: String
      let driverId: String
      let city: String
      let fare: Fare
      let distanceMeters: Int?
      let durationSeconds: Int?
      let completedAt: String?
      let pickup: Place?
      let dropoff: Place?
      let riderEmail: String?
    }
    let id: String
    let type: String
    let timestamp: String
    let data: Data
  }

  @Test("are read as Foundation reads them, and written as they were")
  func agrees() throws {
    var simulator = RideSimulator(seed: 11, start: try Timestamp(iso8601: "2026-04-03T10:30:00.250Z"))
    for _ in 0..<500 {
      guard let ride = simulator.next() else { return }
      let (completed, at) = (ride.completed.event, ride.completed.at)
      let json = EncodedEvent(completed, timestamp: at).json
      let reference = try JSONDecoder().decode(Reference.self, from: Data(json))
      #expect(reference.id == completed.eventID)
      #expect(reference.type == "RIDE_COMPLETED")
      #expect(try Timestamp(iso8601: reference.timestamp) == at)
      #expect(reference.data.rideId == completed.rideID)
      #expect(reference.data.riderId == completed.riderID)
      #expect(reference.data.driverId == completed.driverID)
      #expect(reference.data.city == completed.city)
      #expect(reference.data.fare.base == completed.fare.base)
      #expect(reference.data.fare.total == completed.fare.total)
      #expect(reference.data.fare.currency == completed.fare.currency.code)
      #expect(reference.data.distanceMeters == completed.distanceMeters)
      #expect(reference.data.durationSeconds == completed.durationSeconds)
      #expect(try reference.data.completedAt.map { try Timestamp(iso8601: $0) } == completed.completedAt)
      #expect(reference.data.pickup?.lat == completed.pickup?.latitude)
      #expect(reference.data.dropoff?.lon == completed.dropoff?.longitude)
      #expect(reference.data.riderEmail == completed.riderEmail)
      #expect(try EventCatalog.rides.read(json.span).json == json)
    }
  }
}
