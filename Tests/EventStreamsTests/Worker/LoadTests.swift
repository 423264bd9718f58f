import Testing

@testable import EventStreams

@Suite("What is in flight") struct LoadTests {
  @Test("is counted in events and bytes, and comes to nothing when all have left")
  func counts() {
    var load = Load()
    load.enter(10, bytes: 1000)
    load.enter(1, bytes: 90_000)
    #expect(load.bytes == 91_000)
    load.leave(4)
    #expect(load.events == 7 && load.bytes > 0 && load.bytes < 91_000)
    load.leave(7)
    #expect(
      load
        == {
          var empty = load; empty.leave(100); return empty
        }())
    #expect(load.events == 0 && load.bytes == 0)
  }

  @Test("leaves room for as many as fit, by the largest of late; for one in any case if there is nothing")
  func room() {
    var load = Load()
    load.enter(100, bytes: 100_000)
    #expect(load.fitting(into: 150_000) == 50)
    #expect(load.fitting(into: 100_000) == 0)
    load.leave(100)
    #expect(load.fitting(into: 500) == 1)
    // After one large event it takes a while until as many are read as before.
    load.enter(1, bytes: 64_000)
    load.leave(1)
    #expect(load.fitting(into: 640_000) == 10)
    for _ in 0..<100 {
      load.enter(10, bytes: 10_000)
      load.leave(10)
    }
    #expect(load.fitting(into: 640_000) > 500)
  }
}
