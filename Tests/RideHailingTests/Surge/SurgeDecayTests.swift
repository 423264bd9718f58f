import EventStreams
import Foundation
import RideHailing
import Testing

@Suite("Surge, as readers see it") struct SurgeDecayTests {
  private let place = Coordinate(latitude: 48.85, longitude: 2.35)
  private let elsewhere = Coordinate(latitude: 48.95, longitude: 2.55)
  /// Events of the future count as of now: these are all of the past.
  private let start = Timestamp(secondsSinceEpoch: Timestamp.now().minute * 60 - 3600)

  private func request(_ id: String, _ place: Coordinate?, minute: Int) -> EncodedEvent {
    EncodedEvent(
      RideRequested(rideID: id, riderID: nil, city: "Paris", pickup: place), timestamp: start + .seconds(60 * minute))
  }

  @Test("goes back as minutes pass elsewhere, though nothing happens in the cell any more")
  func decay() async throws {
    try await RideBench.run { bench in
      try await bench.running(["surge"]) {
        func publish(_ events: [EncodedEvent]) async throws -> [SurgeMultiplier] {
          _ = try await bench.publish(events)
          try await bench.settled(["surge"])
          return try await RideState(bench.state).multipliers().map(\.multiplier)
        }
        let risen = try await publish(
          (0..<6).map { request("a\($0)", place, minute: 0) } + (0..<6).map { request("b\($0)", place, minute: 2) })
        #expect(risen.map(\.percent) == [300])
        #expect(risen.map(\.demand) == [12])

        // The window of five minutes holds the six of minute 2 only.
        let fewer = try await publish([request("c", elsewhere, minute: 6)])
        #expect(fewer.map(\.demand) == [6])
        #expect(fewer.map(\.minute) == [Int(start.minute) + 6])
        let plain = try await publish([request("d", elsewhere, minute: 7)])
        #expect(plain.map(\.percent) == [100])
        #expect(plain.map(\.demand) == [0])

        // The service itself goes on from what it had stored.
        let again = try await publish((0..<5).map { request("e\($0)", place, minute: 8) })
        #expect(again.map(\.demand) == [5])
        #expect(again.map(\.percent) == [300])
      }
    }
  }
}
