import EventStreams
import Testing

@testable import RideHailing

@Suite("Events between shards") struct CrossingEventsTests {
  private func event(_ id: String, in shard: Int) -> CrossingEvents.Crossing {
    CrossingEvents.Crossing(id: Identifier(id), service: "loyalty", ride: "r", shard: shard)
  }

  @Test("are missing where they were sent to and have not come, and unknown where nobody has sent them")
  func crossing() {
    var crossing = CrossingEvents()
    crossing.send(event("lost", in: 1))
    #expect(crossing.missing.map(\.id) == ["lost"])
    crossing.send(event("there", in: 2))
    crossing.arrive(event("there", in: 2))
    crossing.arrive(event("nobody's", in: 2))
    crossing.arrive(event("lost", in: 3))
    #expect(crossing.missing.map(\.id) == ["lost"])
    #expect(crossing.unknown.map(\.id) == ["nobody's", "lost"])
  }
}
