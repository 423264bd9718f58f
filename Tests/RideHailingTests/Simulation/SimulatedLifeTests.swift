import EventStreams
import Foundation
import Testing

@testable import RideHailing

@Suite("The simulated life of rides") struct SimulatedLifeTests {
  private static let end = Timestamp(secondsSinceEpoch: 1_775_217_600)

  private func events(rides: Int = 800, days: Int = 4, end: Timestamp = end, cities: [SimulatedCity]? = nil)
    -> [EncodedEvent]
  {
    Array(
      SimulatedDay(
        seed: 9, cities: cities ?? Array(SimulatedCity.all.prefix(3)), rides: rides, days: days, end: end,
        wholeLife: true))
  }

  private func read<Data: EventData>(_ type: Data.Type, _ events: [EncodedEvent]) throws -> [(
    event: Data, at: Timestamp
  )] {
    try events.filter { $0.type == Data.eventType }.map {
      (try Data(ofEvent: $0.json.span), try EventHeader(ofEvent: $0.json.span, fallbackID: "").timestamp)
    }
  }

  @Test("is the same for the same seed, in order, with an id of its own for each event, and all of it may be published")
  func order() throws {
    let events = events()
    #expect(events.map(\.json) == self.events().map(\.json))
    #expect(Set(events.map(\.id)).count == events.count)
    var last = Timestamp(secondsSinceEpoch: 0)
    for event in events {
      let read = try EventCatalog.rides.read(event.json.span)
      #expect(read.id == event.id)
      let time = try EventHeader(ofEvent: event.json.span, fallbackID: "").timestamp
      #expect(time >= last && time <= Self.end)
      last = time
    }
    #expect(try read(RideCompleted.self, events).count == 800)
  }

  @Test("charges what was quoted, asks at prices that are held, and starts what was accepted")
  func whole() throws {
    let events = events()
    let quotes = Dictionary(
      try read(RideQuoted.self, events).map { ($0.event.rideID, $0) }, uniquingKeysWith: { first, _ in first })
    let requests = Dictionary(
      try read(RideRequested.self, events).compactMap { $0.event.quote == nil ? nil : ($0.event.rideID, $0) },
      uniquingKeysWith: { first, _ in first })
    let started = try read(RideStarted.self, events)
    for ride in try read(RideCompleted.self, events) {
      let request = try #require(requests[ride.event.rideID])
      let quoted = try #require(quotes[ride.event.rideID])
      let quote = try #require(ride.event.quote)
      #expect(request.event.quote == quote && quoted.event.quote == quote)
      #expect(quote.refusal(at: request.at) == nil && quoted.at <= request.at)
      #expect(request.event.payment == ride.event.payment)
    }
    #expect(started.count == 800)
  }

  @Test("has what comes to nothing in all its kinds, tips minutes and days later, and vacant cars")
  func kinds() throws {
    let events = events()
    let cancelled = try read(RideCancelled.self, events).map(\.event)
    for party in RideCancelled.Party.allCases { #expect(cancelled.contains { $0.by == party }) }
    #expect(cancelled.contains { $0.fee > 0 } && cancelled.contains { $0.by == .rider && $0.fee == 0 })
    let completed = Dictionary(
      try read(RideCompleted.self, events).map { ($0.event.rideID, $0.at) }, uniquingKeysWith: { first, _ in first })
    #expect(cancelled.allSatisfy { completed[$0.rideID] == nil })
    let waits = try read(RideTipped.self, events).map { $0.at - (completed[$0.event.rideID] ?? $0.at) }
    #expect(waits.contains { $0 < .seconds(3600) } && waits.contains { $0 > .seconds(86_400) })
    #expect(waits.allSatisfy { $0 > .zero && $0 < RideTipped.openTime })
    let late = try read(RideRequested.self, events).filter { $0.event.quote?.refusal(at: $0.at) != nil }
    #expect(!late.isEmpty)
    #expect(try read(CarsSeen.self, events).count == 3 * 4 * 288)
  }

  @Test(
    "has its peaks by the clock of the city before and after both nights in which that is changed",
    arguments: ["2026-03-31T12:00:00Z", "2026-10-27T12:00:00Z"])
  func clockChange(_ text: String) throws {
    let end = try Timestamp(iso8601: text)
    let paris = try #require(SimulatedCity.all.first { $0.name == "Paris" })
    let rides = try read(RideCompleted.self, events(rides: 6000, days: 4, end: end, cities: [paris])).map(\.at)
    for part in [rides.filter { end - $0 > .seconds(72 * 3600) }, rides.filter { end - $0 <= .seconds(24 * 3600) }] {
      let hours = Dictionary(grouping: part) { paris.hour(at: $0) }.mapValues(\.count)
      #expect(hours.max { $0.value < $1.value }?.key == 18)
    }
    // One hour of UTC apart.
    #expect(Set(rides.map { (paris.hour(at: $0) - Int($0.minute / 60 % 24) + 24) % 24 }) == [1, 2])
  }
}
