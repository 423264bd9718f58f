import HiredisClient
import RandomTestSupport
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A scheduled event") struct ScheduledEventTests {
  @Test("that is scheduled or published again under its id while it waits is once, and what differs is said")
  func twice() async throws {
    try await TestBench.run(shards: 1) { bench in
      let publisher = bench.publisher
      func schedule(_ number: Int, _ due: Timestamp?) async throws -> PublishedEvent {
        try await publisher.publish([EncodedEvent(Noted("k", number), id: "an \"id\"")], due: due)[0]
      }
      let due = Timestamp(secondsSinceEpoch: 4_000_000_000)
      let first = try await schedule(1, due)
      #expect(!first.isDuplicate && first.due == due && first.difference == nil)
      let again = try await schedule(1, due)
      #expect(again.isDuplicate && again.due == due && again.difference == nil && again.entryID == first.entryID)
      let later = try await schedule(1, due + .seconds(60))
      #expect(later.isDuplicate && later.due == due)
      #expect(later.difference?.description == "it is due at \(due) there and at \(due + .seconds(60)) here")
      let other = try await schedule(2, due)
      #expect(other.isDuplicate && other.difference?.description == "data.number is 1 there and 2 here")
      let now = try await schedule(1, nil)
      #expect(now.isDuplicate && now.due == due && now.entryID == first.entryID)
      #expect(now.difference?.description == "it is due at \(due) there and now here")
      #expect(try await schedule(2, nil).difference?.description == "data.number is 1 there and 2 here")
      // In one call, too.
      let both = try await publisher.publish([3, 4].map { EncodedEvent(Noted("k", $0), id: "b") }, due: due)
      #expect(!both[0].isDuplicate && both[1].isDuplicate && both[1].difference != nil)
      // By a handler.
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      try await log.commit([
        Effects {
          $0.publish(Noted("k", 1), id: "an \"id\"")
          $0.publish(Noted("k", 1), id: "an \"id\"", due: due)
        }
      ])
      #expect(try await bench.waiting() == ["an \"id\"", "b"])
      // The one that was committed.
      #expect(try await bench.logged().count == 1)
    }
  }

  @Test("that was published already, at once or when it was due, does not wait")
  func alreadyPublished() async throws {
    try await TestBench.run(shards: 1) { bench in
      let due = Timestamp.now() + .seconds(3600)
      let first = try await bench.publisher.publish(Noted("k", 1))
      let again = try await bench.publisher.publish(Noted("k", 1), due: due)
      #expect(again.isDuplicate && again.due == nil && again.entryID == first.entryID && again.difference == nil)
      _ = try await bench.publisher.publish(Noted("k", 2), due: .now() - .seconds(1))
      #expect(try await bench.moveDue().moved == 1)
      let moved = try await bench.publisher.publish(Noted("k", 2), due: due)
      #expect(moved.isDuplicate && moved.due == nil && moved.difference == nil)
      let logged = try await bench.logged()
      #expect(logged.map(\.id) == ["NOTED:k:1", "NOTED:k:2"] && moved.entryID == logged[1].place)
      #expect(try await bench.publisher.publish(Noted("k", 2)).isDuplicate)
      #expect(try await bench.waiting() == [])
    }
  }

  @Test("that is cancelled before it is due is not published, and its id is free; after that cancelling does nothing")
  func cancelled() async throws {
    try await TestBench.run { bench in
      let due = Timestamp.now() - .seconds(1)
      let events = (0..<10).map { Noted("k", $0, place: "place \($0)") }
      _ = try await bench.publisher.publish(events.map { EncodedEvent($0) }, due: due)
      let ids = events.map(\.eventID)
      #expect(
        try await bench.publisher.cancel(Array(ids[..<6]) + ["unknown"]) == Array(repeating: true, count: 6) + [false])
      #expect(try await Set(bench.waiting()) == Set(ids[6...]))
      for shard in bench.namespace.shards { try await bench.moveDue(shard) }
      #expect(try await bench.publisher.cancel(ids) == Array(repeating: false, count: 10))
      func logged() async throws -> Set<String> {
        var all: Set<String> = []
        for shard in bench.namespace.shards { for event in try await bench.logged(shard) { all.insert(event.id) } }
        return all
      }
      #expect(try await logged() == Set(ids[6...]))
      // Free again: for later, and for now.
      #expect(try await bench.publisher.publish(events[0], due: due).isDuplicate == false)
      #expect(try await bench.publisher.publish(events[1]).isDuplicate == false)
      for shard in bench.namespace.shards { try await bench.moveDue(shard) }
      #expect(try await logged() == Set([ids[0], ids[1]] + ids[6...]))
      #expect(try await bench.waiting() == [])
      for shard in bench.namespace.shards {
        #expect(try await bench.connection.integer(["EXISTS", bench.namespace.scheduledNext(shard)]) == 0)
      }
    }
  }

  @Test("comes in the order of times, however many are due at once, and a call moves some hundreds at most")
  func order() async throws {
    try await TestBench.run(shards: 1) { bench in
      var generator = Seeded(state: 7)
      let start = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)
      var due: [String: Timestamp] = [:]
      for number in 0..<1500 {
        let time = start + .milliseconds(Int.random(in: 0..<100_000, using: &generator))
        _ = try await bench.publisher.publish(Noted("k", number), due: time)
        due["NOTED:k:\(number)"] = time
      }
      var calls = 0
      var wait: Duration? = .zero
      while wait == .zero {
        let answer = try await bench.moveDue()
        #expect(answer.moved <= 500)
        wait = answer.wait
        calls += 1
      }
      #expect(wait == nil && calls >= 3)
      let times = try await bench.logged().compactMap { due[$0.id] }
      #expect(times.count == 1500 && times == times.sorted())
      // At one time, in the order in which they were scheduled, by several calls or by one.
      let numbers = (2000..<2300).shuffled(using: &generator)
      for part in [numbers[..<100], numbers[100..<101], numbers[101...]] {
        _ = try await bench.publisher.publish(part.map { EncodedEvent(Noted("k", $0)) }, due: start)
      }
      #expect(try await bench.moveDue().moved == 300)
      #expect(try await bench.logged().dropFirst(1500).map(\.id) == numbers.map { "NOTED:k:\($0)" })
    }
  }

  @Test("has an id that is known for as long as it waits, though the deduplication time is over")
  func remembered() async throws {
    try await TestBench.run(shards: 1) { bench in
      let count = 1000
      let due = Timestamp.now() + .seconds(30 * 86_400)
      _ = try await bench.publisher.publish((0..<count).map { EncodedEvent(Noted("k", $0)) }, due: due)
      // Some days later.
      let index = Timestamp.now().microsecondsSinceEpoch / 1_000_000 / 86400
      _ = try await bench.connection.call("DEL", "\(bench.namespace.seen(0)):\(index)")
      _ = try await bench.connection.call("SET", bench.namespace.scheduledNext(0), "0 \(index - 3) 0")
      var calls = 0
      while try await bench.moveDue().wait ?? .zero <= .seconds(1) { calls += 1 }
      #expect((3...20).contains(calls))
      let again = try await bench.publish((0..<count).map { Noted("k", $0) })
      #expect(again.allSatisfy { $0.isDuplicate && $0.due != nil })
      #expect(try await bench.logged().isEmpty)
      #expect(try await bench.inspector.scheduledCount() == count)
    }
  }

  @Test("may have any text as its id")
  func ids() async throws {
    try await TestBench.run(shards: 1) { bench in
      let ids = [" ", "a b  c", "\u{301}x", "\r\n\u{301}", "1-000001 x", "\"\\\"", "\u{0}"]
      let events = ids.enumerated().map { EncodedEvent(Noted("k", $0.offset), id: $0.element) }
      #expect(try await bench.publisher.publish(events, due: .now() + .seconds(60)).allSatisfy { !$0.isDuplicate })
      #expect(try await bench.waiting().elementsEqual(ids) { $0.hasSameBytes(as: $1) })
      #expect(try await bench.publisher.cancel(Array(ids[..<3])) == [true, true, true])
      #expect(try await bench.inspector.scheduledCount() == 4)
      try await bench.makeDue()
      #expect(try await bench.moveDue().moved == 4)
      #expect(try await bench.logged().map(\.id).elementsEqual(ids[3...]) { $0.hasSameBytes(as: $1) })
    }
  }

  @Test("is refused if there is no room in an entry for it, and for what its record says besides")
  func tooLong() async throws {
    try await TestBench.run(shards: 1) { bench in
      let event = EncodedEvent(Noted("k", 0, place: String(repeating: "x", count: EncodedEvent.longest - 200)))
      await #expect(throws: EventTooLong.self) { _ = try await bench.publisher.publish([event], due: .now()) }
      let published = try await bench.publisher.publish([event])
      #expect(!published[0].isDuplicate)
    }
  }
}
