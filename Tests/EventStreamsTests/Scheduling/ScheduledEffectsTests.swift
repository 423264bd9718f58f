import HiredisClient
import RandomTestSupport
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("Effects that schedule and cancel") struct ScheduledEffectsTests {
  @Test(
    "happen in their order and with all others, whatever they follow on and however they are folded", arguments: 1...4)
  func order(seed: UInt64) async throws {
    try await TestBench.run(shards: 1) { bench in
      var generator = Seeded(state: seed &* 0x9e37_79b9_7f4a_7c15)
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      let due = Timestamp.now() + .seconds(3600)
      var (published, waiting): (Set<String>, Set<String>) = ([], [])
      for turn in 0..<40 {
        let effects = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
          Effects { effects in
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
              let id = "event \(turn / 4) \(Int.random(in: 0..<4, using: &generator))"
              let isOf = Int.random(in: 0..<5, using: &generator)
              func add(to effects: inout Effects) {
                switch isOf {
                case 0, 1:
                  effects.publish(Noted("k", -1), id: id, due: due)
                  if !published.contains(id) { waiting.insert(id) }
                case 2:
                  effects.publish(Noted("k", -1), id: id)
                  if !waiting.contains(id) { published.insert(id) }
                default:
                  effects.cancel(id)
                  waiting.remove(id)
                }
              }
              if Bool.random(using: &generator) {
                effects.when("h", "never", .isAbsent) { add(to: &$0) }
              } else {
                add(to: &effects)
              }
              effects.increment("h", "f", by: 1)
            }
          }
        }
        try await log.commit(effects, speculates: turn % 2 == 0)
        #expect(try await Set(bench.waiting()) == waiting)
        let logged = try await bench.logged().map(\.id).filter { $0.hasPrefix("event") }
        #expect(logged.count == published.count && Set(logged) == published)
      }
      #expect(waiting.count > 3 && published.count > 3)
      // What waits comes once, when it is due.
      try await bench.makeDue()
      #expect(try await bench.moveDue().moved == waiting.count)
      let logged = try await bench.logged().map(\.id).filter { $0.hasPrefix("event") }
      #expect(logged.count == Set(logged).count && Set(logged) == published.union(waiting))
    }
  }

  @Test("are a handler's: what it schedules comes once and is handled, what it cancels does not come")
  func handler() async throws {
    try await TestBench.run { bench in
      var service = EventService("reminding")
      service.on(Noted.self) { event in
        Effects { effects in
          effects.increment("handled", "\(event.data.key) \(event.data.number)", by: 1)
          guard event.data.number == 0 else { return }
          let soon = event.entryID.recordedAt + .milliseconds(200)
          effects.publish(Noted(event.data.key, 1, place: event.data.place), due: soon)
          effects.publish(Noted(event.data.key, 2, place: event.data.place), due: soon + .seconds(3600))
          effects.publish(Noted(event.data.key, 3, place: event.data.place), due: soon + .seconds(3600))
          effects.cancel("NOTED:\(event.data.key):2")
        }
      }
      let keys = (0..<50).map { "k\($0)" }
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish(keys.map { Noted($0, 0, place: $0) })
        try await eventually("all that is due is handled") {
          try await bench.state("reminding", "handled").count == 2 * keys.count
        }
      }
      let handled = try await bench.state("reminding", "handled")
      #expect(Set(handled.keys) == Set(keys.flatMap { ["\($0) 0", "\($0) 1"] }) && Set(handled.values) == ["1"])
      #expect(try await Set(bench.waiting()) == Set(keys.map { "NOTED:\($0):3" }))
    }
  }

  @Test("are seen by whoever replays them: what waits is published as far as choices and outcomes go")
  func replayed() {
    let due = Timestamp(secondsSinceEpoch: 4_000_000_000)
    let effects = Effects {
      $0.when("h", "f", .equals("no")) { $0.publish(Noted("k", 1), due: due) }
      $0.cancel("other")
    }
    let image = StateImage()
    #expect(image.published(by: effects) { $0 == "NOTED:k:1" }.map(\.id) == ["NOTED:k:1"])
    #expect(image.published(by: effects) { _ in false }.isEmpty)
    #expect(image.writes(of: effects) { _ in false } == [.cancel(id: "other", shardKey: nil)])
    #expect(
      image.writes(of: effects) { _ in true } == [
        .schedule(type: "NOTED", id: "NOTED:k:1", shardKey: "here", due: due), .cancel(id: "other", shardKey: nil),
      ])
  }
}
