import Testing

@testable import EventStreams

@Suite("What is in flight") struct LoadTests {
  @Test("is counted in events and bytes, and comes to nothing when all have left")
  func counts() {
    var load = Load(events: 10, bytes: 1000)
    load += Load(events: 1, bytes: 90_000)
    #expect(load == Load(events: 11, bytes: 91_000))
    load -= Load(events: 10, bytes: 1000)
    load -= Load(events: 1, bytes: 90_000)
    #expect(load == Load())
  }

  @Test("leaves room for as many as fit, by the largest of late; for one in any case if there is nothing")
  func room() {
    var size = EntrySize()
    let load = Load(events: 100, bytes: 100_000)
    size.note(load)
    #expect(size.fitting(into: 150_000, beside: load) == 50)
    #expect(size.fitting(into: 100_000, beside: load) == 0)
    #expect(size.fitting(into: 500, beside: Load()) == 1)
    // After one large event it takes a while until as many are read as before.
    size.note(Load(events: 1, bytes: 64_000))
    #expect(size.fitting(into: 640_000, beside: Load()) == 10)
    for _ in 0..<100 { size.note(Load(events: 10, bytes: 10_000)) }
    #expect(size.fitting(into: 640_000, beside: Load()) > 500)
  }
}
