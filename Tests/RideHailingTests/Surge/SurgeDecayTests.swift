import EventStreams
import Foundation
import Redis
import Testing

@testable import RideHailing

@Suite("Surge, as readers see it") struct SurgeDecayTests {
  private let place = Coordinate(latitude: 48.85, longitude: 2.35)
  private let elsewhere = Coordinate(latitude: 48.95, longitude: 2.55)
  /// Events of the future count as of now: these are all of the past.
  private let start = Timestamp(secondsSinceEpoch: Timestamp.now().minute * 60 - 3600)

  private func request(_ id: String, _ place: Coordinate?, minute: Int) -> EncodedEvent {
    EncodedEvent(
      RideRequested(rideID: id, riderID: nil, city: "Paris", pickup: place), timestamp: start + .seconds(60 * minute))
  }

  @Test("begins the time for which a minute's counts are kept with the first of an epoch, and anew long after, once")
  func keeping() {
    var window = SurgeWindow()
    for (hours, isKept) in [(0, true), (1, false), (11, false), (13, true), (14, false), (24, false)] {
      let keeps = window.keeps(minute: 5, at: start + .seconds(hours * 3600))
      #expect(keeps == isKept, "\(hours)")
    }
    let keepsAnother = window.keeps(minute: 6, at: start)
    #expect(keepsAnother)
  }

  @Test("keeps no minute's counts for good: not of an earlier one that comes late, nor of one that is counted again")
  func vanishing() async throws {
    try await RideBench.run { bench in
      let state = { (minute: Int) in
        bench.namespace.state(
          bench.namespace.shard(of: "Paris"), "surge", "minute:\(start.minute + Int64(minute))")
      }
      func expectVanishing(_ minutes: Int...) async throws {
        for minute in minutes {
          #expect(try await bench.connection.integer(["PTTL", state(minute)]) > 0, "\(minute)")
        }
      }
      try await bench.handle([3, 1, 2].map { request("a\($0)", place, minute: $0) }, by: ["surge"])
      try await expectVanishing(1, 2, 3)
      // As after a day in which nothing happened.
      _ = try await bench.connection.call("DEL", state(2))
      try await bench.handle([request("b", place, minute: 2)], by: ["surge"])
      try await expectVanishing(2)
    }
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
