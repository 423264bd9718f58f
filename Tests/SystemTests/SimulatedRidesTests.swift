import ArgumentParser
import EventStreams
import RideHailing
import Testing

@testable import RidesCLI

@Suite("Simulated rides") struct SimulatedRidesTests {
  private static let time = "2026-04-03T10:30:00Z"

  /// What the command would log.
  private func made(_ arguments: [String], rides: Int = 300) async throws -> [[UInt8]] {
    let next = try PublishCommand.parse(["--simulate", "\(rides)", "--seed", "7"] + arguments).simulated(rides)
    var events: [[UInt8]] = []
    while let batch = try await next() { events += batch.map(\.json) }
    return events
  }

  @Test("of one seed and time are the same to the last byte, whenever they are made", arguments: [[], ["--day"]])
  func reproducible(_ more: [String]) async throws {
    let first = try await made(more + ["--at", Self.time])
    let now = try await made(more)
    #expect(first.count > 600)
    #expect(try await made(more + ["--at", Self.time]) == first)
    #expect(try await made(more + ["--at", "2026-04-03T10:30:00.001Z"]) != first)
    // Without a time they are of the moment.
    #expect(try await made(more) != now)
  }

  @Test("are the first of more, and the first ends at the time given")
  func first() async throws {
    let events = try await made(["--at", Self.time], rides: 20)
    #expect(try await made(["--at", Self.time]).starts(with: events))
    let first = try #require(events.lazy.compactMap { try? RideCompleted(ofEvent: $0.span) }.first)
    #expect(first.completedAt?.description == Self.time)
  }
}
