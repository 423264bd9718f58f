import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams

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

  /// Each event of a key is told the number of the one before.
  private func steps(concurrency: Int) -> EventService {
    var service = EventService("steps", concurrency: concurrency)
    service.on(Noted.self, reading: { [StateField("last", $0.key)] }) { event in
      let (key, number) = (event.data.key, event.data.number)
      let last = try await event.shard.field("last", key)
      return Effects { effects in
        effects.when("last", key, last.map { .equals($0) } ?? .isAbsent) {
          $0.increment("steps", key, by: number - (last.flatMap { Int($0) } ?? number - 50))
          $0.set("last", key, to: "\(number)")
        }
      }
    }
    return service
  }

  @Test("sees the same where it names ahead what it is going to read, which costs few questions", arguments: [1, 16])
  func ahead(concurrency: Int) async throws {
    try await TestBench.run(shards: 2) { bench in
      let events = (0..<3000).map { Noted("k\($0 % 50)", $0, place: $0 % 50 % 2 == 0 ? "here" : "p1") }
      _ = try await bench.publish(Array(events[..<2000]))
      try await bench.running([bench.worker(steps(concurrency: concurrency))]) {
        for number in 2000..<3000 { _ = try await bench.publish([events[number]]) }
        try await bench.settled("steps")
      }
      let steps = try await bench.state("steps", "steps")
      #expect(steps.count == 50 && steps.values.allSatisfy { $0 == "3000" })
      let statistics = try await bench.connection.text("INFO", "commandstats")
      let calls = statistics.split(separator: "cmdstat_hget:calls=").dropFirst().first?.split(separator: ",").first
      #expect(calls.flatMap { Int($0) } ?? 0 < 300)
    }
  }

  @Test(
    "is told what the state holds, whatever effects write it and however it is read", arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) async throws {
    try await TestBench.run(shards: 1) { bench in
      var random = RandomEffects(seed: seed)
      let image = StateImage()
      let fields = RandomEffects.names.flatMap { name in RandomEffects.fields.map { StateField(name, $0) } }
      var events: [Effects] = []
      var expected: [[String?]] = []
      while events.count < 600 {
        for effects in random.events() where effects.isPossible(on: image) {
          expected.append(fields.map { image.current.hashes[$0.hash]?[$0.field] })
          events.append(effects)
          image.apply(effects, at: .zero) { _ in false }
        }
      }
      let wrong = Mutex<[String]>([])
      let (planned, before) = (events, expected)
      var service = EventService("random")
      // What isn't named ahead is read when it is asked for.
      service.on(Noted.self, reading: { $0.number % 3 == 0 ? [] : Array(fields.prefix(1 + $0.number % fields.count)) })
      { event in
        for (index, field) in fields.enumerated() where (event.data.number + index) % 5 != 0 {
          let value = try await event.shard.field(field.hash.text, field.field.text)
          guard value != before[event.data.number][index] else { continue }
          wrong.withLock { $0.append("\(event.data.number): \(field) is \(value ?? "nil")") }
        }
        return planned[event.data.number]
      }
      _ = try await bench.publish((0..<400).map { Noted("k", $0) })
      try await bench.running([bench.worker(service)]) {
        for number in 400..<events.count { _ = try await bench.publish([Noted("k", number)]) }
        try await bench.settled("random")
      }
      #expect(wrong.withLock { $0 } == [])
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

extension Effects {
  /// True if a commit would not refuse them, and a hash is all that they write.
  fileprivate func isPossible(on image: StateImage) -> Bool {
    for effect in effects {
      if case .append = effect { return false }
      if case .publish = effect { return false }
    }
    return ResolvedEffects(self, isPublished: { _ in false }) { image.current.hashes[$0]?[$1] }.isPossible
  }
}
