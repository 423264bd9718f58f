import EventStreams
import Redis
import RedisTestSupport
import Synchronization
import Testing

@Suite("A handler that reads its state") struct ReadingStateTests {
  /// A gift for a rider's third event, and no second one.
  private func gifts(concurrency: Int) -> EventService {
    var service = EventService("gifts", concurrency: concurrency)
    service.on(Noted.self) { event in
      let rider = event.data.key
      let rides = Int(try await event.shard.field("rides", rider) ?? "") ?? 0
      let gift = try await event.shard.hash("gifts-\(rider)")
      return Effects {
        $0.increment("rides", rider, by: 1)
        if rides >= 2, gift.isEmpty {
          $0.set("gifts-\(rider)", "sent", to: "yes")
          $0.increment("gifts", rider, by: 1)
        }
      }
    }
    return service
  }

  @Test("sees what earlier events of its key have done, also those that are not committed yet", arguments: [1, 16])
  func fresh(concurrency: Int) async throws {
    try await TestBench.run(shards: 2) { bench in
      let events = (0..<2424).map { Noted("rider-\($0 % 303)", $0, place: $0 % 303 % 2 == 0 ? "here" : "p1") }
      _ = try await bench.publish(events)
      try await bench.running([bench.worker(gifts(concurrency: concurrency))]) { try await bench.settled("gifts") }
      #expect(try await bench.state("gifts", "rides").values.allSatisfy { $0 == "8" })
      let gifts = try await bench.state("gifts", "gifts")
      #expect(gifts.count == 303 && gifts.values.allSatisfy { $0 == "1" })
    }
  }

  @Test("sees records that earlier events of its key have appended, and fields that they have removed")
  func recordsAndRemovals() async throws {
    try await TestBench.run(shards: 1) { bench in
      let seen = Mutex<[Int]>([])
      var service = EventService("counting")
      service.on(Noted.self) { event in
        let records = try await event.shard.records("all", after: .zero, limit: 1000, as: Int.self)
        let flag = try await event.shard.field("flags", "up")
        seen.withLock { $0.append(records.count) }
        #expect((flag == nil) == (event.data.number % 2 == 0))
        return Effects {
          $0.append(to: "all", event.data.number)
          if flag == nil { $0.set("flags", "up", to: "1") } else { $0.remove("flags", "up") }
        }
      }
      _ = try await bench.publish((0..<100).map { Noted("k", $0) })
      try await bench.running([bench.worker(service)]) { try await bench.settled("counting") }
      #expect(seen.withLock { $0 } == Array(0..<100))
    }
  }

  @Test("sees them in a history, too", arguments: [1, 8])
  func history(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService("counting", concurrency: concurrency)
      service.on(Noted.self, orderedBy: { _ in "all" }) { event in
        let last = try await event.shard.field("last", "number").flatMap { Int($0) } ?? -1
        return Effects {
          $0.increment("steps", String(event.data.number - last), by: 1)
          $0.set("last", "number", to: String(event.data.number))
        }
      }
      var settings = bench.settings()
      settings.history = try await ThrowingHistory.taking(60, from: bench)
      try await bench.running([bench.worker(service, settings)]) { try await bench.caughtUp("counting") }
      #expect(try await bench.state("counting", "steps") == ["1": "60"])
    }
  }

  @Test("gives up with its worker, when what it waits for can't be committed any more")
  func stopped() async throws {
    try await TestBench.run(shards: 1) { bench in
      let isReading = Mutex(false)
      var service = EventService("counting")
      service.on(Noted.self) { event in
        if event.data.number == 5 { isReading.withLock { $0 = true } }
        _ = try await event.shard.field("counts", "k")
        return Effects { $0.increment("counts", "k", by: 1) }
      }
      var settings = bench.settings()
      settings.drainTime = .milliseconds(50)
      settings.responseTimeout = .milliseconds(600)
      settings.blockTime = .milliseconds(200)
      try await bench.running([bench.worker(service, settings)]) {
        _ = try await bench.publish((0..<10).map { Noted("k", $0) })
        try await eventually("it reads") { isReading.withLock { $0 } }
        await bench.server.pause()
      }
      await bench.server.resume()
    }
  }
}
