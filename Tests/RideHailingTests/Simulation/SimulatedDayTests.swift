import EventStreams
import EventStreamsTesting
import Testing

@testable import RideHailing

@Suite("A simulated day") struct SimulatedDayTests {
  private static let noon = Timestamp(secondsSinceEpoch: 1_775_217_600)

  private func day(rides: Int = 1000, cities: [SimulatedCity] = SimulatedCity.all, end: Timestamp = noon)
    -> [EncodedEvent]
  {
    Array(SimulatedDay(seed: 4, cities: cities, rides: rides, end: end))
  }

  /// The rides asked for, and those that ended, in the order of the events.
  private func read(_ events: [EncodedEvent]) throws -> (
    requested: [(RideRequested, Timestamp)], completed: [(RideCompleted, Timestamp)], times: [Timestamp]
  ) {
    var requested: [(RideRequested, Timestamp)] = []
    var completed: [(RideCompleted, Timestamp)] = []
    var times: [Timestamp] = []
    for event in events {
      let time = try EventHeader(ofEvent: event.json.span, fallbackID: "").timestamp
      times.append(time)
      if event.type == RideRequested.eventType { requested.append((try RideRequested(ofEvent: event.json.span), time)) }
      if event.type == RideCompleted.eventType { completed.append((try RideCompleted(ofEvent: event.json.span), time)) }
    }
    return (requested, completed, times)
  }

  @Test("is the same for the same seed, in order, and over at its end", arguments: [1, 63, 64, 1000])
  func order(_ rides: Int) throws {
    let events = day(rides: rides)
    #expect(events.map(\.json) == day(rides: rides).map(\.json))
    let read = try read(events)
    #expect(read.times == read.times.sorted())
    #expect(read.times.allSatisfy { $0 <= Self.noon && $0 > Self.noon - .seconds(26 * 3600) })
    #expect(read.completed.count == rides)
    let requested = Set(read.requested.map(\.0.rideID))
    #expect(requested.count == read.requested.count)
    #expect(read.completed.allSatisfy { requested.contains($0.0.rideID) })
  }

  @Test("has a morning and an evening peak by each city's own clock")
  func peaks() throws {
    let completed = try read(day(rides: 6000)).completed
    for city in SimulatedCity.all {
      let hours = completed.filter { $0.0.city == city.name }.map { city.hour(at: $0.1) }
      func share(_ range: ClosedRange<Int>) -> Int { hours.count(where: range.contains) / range.count }
      #expect(share(17...19) > 3 * share(0...4), "\(city.name)")
      #expect(share(7...8) > 2 * share(0...4), "\(city.name)")
      #expect(share(17...19) > share(10...15), "\(city.name)")
    }
  }

  @Test("ends with surge where it is rush hour, at whatever hour it ends", arguments: 0..<24)
  func surge(_ hour: Int) async throws {
    let end = Self.noon + .seconds(hour * 3600 + 1800)
    let harness = ServiceHarness(SurgeService().service)
    for event in day(rides: 150, end: end) { await harness.handle(event) }
    let surging = Set(
      try await harness.hash(SurgeState.prices).keys.compactMap { SurgeField($0.text[...], hasCell: true)?.city })
    // The last rush may be of the hour that has just ended.
    let crowded = SimulatedCity.all.filter {
      max($0.riders(at: end), $0.riders(at: end - .seconds(600))) >= SimulatedCity.rush
    }
    #expect(!surging.isEmpty)
    #expect(surging.isSubset(of: crowded.map(\.name)))
  }
}
