import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("A server's clock that is set, while events wait") struct ScheduleClockTests {
  @Test(
    "delays them where it goes back, and doubles none, wherever it goes, also over midnight, when ids are remembered anew",
    arguments: [12, 23])
  func set(hour: Int) async throws {
    try await ServerClock.with { clock in
      try await TestBench.run(shards: 1, environment: clock.environment) { bench in
        let now = Timestamp.now().inServerTime
        let base = hour * 3600 - Int(now.microsecondsSinceEpoch / 1_000_000 % 86_400)
        let start = now + .seconds(base)
        try clock.set(base)
        func schedule(_ number: Int, _ seconds: Int) async throws -> PublishedEvent {
          try await bench.publisher.publish(Noted("k", number), due: start + .seconds(seconds))
        }
        _ = try await schedule(1, 3600)
        _ = try await schedule(2, 7200)
        #expect(try await bench.moveDue().moved == 0)
        try clock.set(base + 3700)
        #expect(try await bench.moveDue().moved == 1)
        // Back: the one that came does not come again, the other waits for the whole time.
        for offset in [0, -3600, -86_400] {
          try clock.set(base + offset)
          let answer = try await bench.moveDue()
          #expect(answer.moved == 0 && answer.wait ?? .zero > .zero)
          let again = try await schedule(1, 3600)
          #expect(again.isDuplicate && again.due == nil)
          #expect(try await schedule(2, 7200).due == start + .seconds(7200))
          #expect(try await bench.publisher.publish(Noted("k", 2)).isDuplicate)
        }
        // What was due before it went back is delayed.
        _ = try await schedule(3, -10)
        #expect(try await bench.moveDue().moved == 0)
        try clock.set(base)
        #expect(try await bench.moveDue().moved == 1)
        try clock.set(base + 7300)
        #expect(try await bench.moveDue().moved == 1)
        try clock.set(base)
        #expect(try await bench.moveDue() == (0, nil))
        let logged = try await bench.logged()
        #expect(logged.map(\.id) == ["NOTED:k:1", "NOTED:k:3", "NOTED:k:2"])
        #expect(logged.map(\.place) == logged.map(\.place).sorted())
      }
    }
  }
}
