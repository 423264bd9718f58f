import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("An event of a newer version than a worker reads") struct HeldTests {
  /// What `Noted` has become: its number is a text.
  private struct NewlyNoted: EventData {
    static let eventType = Noted.eventType
    static let version = 2
    let key: String
    let number: String
    /// Where it is put; not written.
    var shardKey = "here"

    init(_ key: String, _ number: Int, place: String = "here") {
      self.key = key
      shardKey = place
      self.number = String(number)
    }

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      key = try object["key"]
      do {
        number = try object["number"]
      } catch {
        // As it was before.
        let number: Int = try object["number"]
        self.number = String(number)
      }
    }

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("key", key)
        $0.field("number", number)
      }
    }

    var orderingKey: String { key }
    var eventID: String { "NOTED:\(key):\(number)" }
  }

  private func old(holding time: Duration = .seconds(3600)) -> EventService {
    var retry = RetryPolicy.standard
    retry.holdTime = time
    var service = EventService("rolling", concurrency: 4, retry: retry)
    service.on(Noted.self) { event in
      Effects { $0.append(to: event.data.key, "old \(event.data.number)") }
    }
    return service
  }

  private func new() -> EventService {
    var service = EventService("rolling", concurrency: 4)
    service.on(NewlyNoted.self) { event in
      Effects { $0.append(to: event.data.key, "new \(event.data.number)") }
    }
    return service
  }

  private func records(_ key: String, _ bench: TestBench) async throws -> [String] {
    try await ServiceState(namespace: bench.namespace, connection: bench.connection)
      .records("rolling", key, as: String.self).map(\.value)
  }

  /// Empty for nil.
  private static func text(_ reply: borrowing Reply) throws -> String { try reply.root.optionalString() ?? "" }

  private func letters(_ bench: TestBench) async throws -> [DeadLetter] {
    try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(service: "rolling")
  }

  @Test("is held in a history as well, until a worker comes that reads it")
  func history() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.publish([Noted("k", 0)])
      _ = try await bench.publish([NewlyNoted("k", 1)])
      _ = try await bench.publish([Noted("k", 2), Noted("other", 0), Noted("other", 1)])
      let history = RememberedHistory()
      try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
      _ = try await bench.connection.call("XTRIM", bench.namespace.log(0), "MAXLEN", "0")
      func settings(_ name: String) -> WorkerSettings {
        var settings = bench.settings(name)
        settings.history = history
        return settings
      }
      try await bench.running([bench.worker(old(), settings("old"))]) {
        try await eventually("others go on") { try await records("other", bench).count == 2 }
      }
      #expect(try await records("k", bench) == ["old 0"])
      try await bench.running([bench.worker(new(), settings("new"))]) { try await bench.caughtUp("rolling") }
      #expect(try await records("k", bench) == ["old 0", "new 1", "new 2"])
      #expect(try await letters(bench).isEmpty)
    }
  }

  @Test("is held with what follows of its key, while others go on, until a worker comes that reads it; none is dead")
  func rolling() async throws {
    try await TestBench.run(shards: 1) { bench in
      try await bench.running([bench.worker(old())]) {
        _ = try await bench.publish([Noted("k", 0)])
        _ = try await bench.publish([NewlyNoted("k", 1)])
        _ = try await bench.publish([Noted("k", 2), Noted("other", 0), Noted("other", 1)])
        try await eventually("others go on") { try await records("other", bench).count == 2 }
      }
      #expect(try await records("k", bench) == ["old 0"])
      try await bench.running([bench.worker(new(), bench.settings("worker-2"))]) {
        try await bench.settled("rolling")
      }
      #expect(try await records("k", bench) == ["old 0", "new 1", "new 2"])
      #expect(try await letters(bench).isEmpty)
    }
  }

  @Test("is dead when none has come for too long, and what follows is parked behind it")
  func tooLong() async throws {
    try await TestBench.run(shards: 1) { bench in
      try await bench.running([bench.worker(old(holding: .milliseconds(100)))]) {
        _ = try await bench.publish([NewlyNoted("k", 1)])
        _ = try await bench.publish([Noted("k", 2)])
        try await bench.settled("rolling")
      }
      let found = try await letters(bench)
      #expect(found.map(\.isParked) == [false, true])
      #expect(found.first?.about.reason == "version: NOTED version 2 is newer than is known here (1)")
      // Not by one that reads no more than the one before.
      try await bench.running([bench.worker(old(), bench.settings("worker-2"))]) {
        _ = try await bench.publish([Noted("other", 3)])
        try await bench.settled("rolling")
      }
      #expect(try await letters(bench).count == 2)
      // By itself, when one comes that reads it.
      try await bench.running([bench.worker(new(), bench.settings("worker-3"))]) {
        try await eventually("all is handled") { try await letters(bench).isEmpty }
      }
      #expect(try await records("k", bench) == ["new 1", "new 2"])
      #expect(try await bench.connection.integer(["EXISTS", bench.namespace.unread(0, "rolling")]) == 0)
    }
  }

  @Test("is not handled again by itself if its letter was discarded")
  func discarded() async throws {
    try await TestBench.run(shards: 1) { bench in
      try await bench.running([bench.worker(old(holding: .milliseconds(100)))]) {
        _ = try await bench.publish([NewlyNoted("k", 1), NewlyNoted("l", 1)])
        try await bench.settled("rolling")
        let all = DeadLetters(namespace: bench.namespace, connection: bench.connection)
        #expect(try await all.discard(letters(bench).filter { $0.key == "k" }) == 1)
      }
      try await bench.running([bench.worker(new(), bench.settings("worker-2"))]) {
        try await eventually("the other is handled") { try await letters(bench).isEmpty }
      }
      #expect(try await records("k", bench).isEmpty)
      #expect(try await records("l", bench) == ["new 1"])
      #expect(try await bench.connection.integer(["EXISTS", bench.namespace.unread(0, "rolling")]) == 0)
    }
  }

  @Test(
    "goes with its shard to the worker that reads it, though another lives; which keeps it, and the others are shared")
  func moved() async throws {
    try await TestBench.run(shards: 4) { bench in
      func leases(_ field: String) async throws -> [String] {
        var values: [String] = []
        for shard in bench.namespace.shards {
          values.append(
            try Self.text(await bench.connection.call("HGET", bench.namespace.lease(shard, "rolling"), field)))
        }
        return values
      }
      // The first is one that the old one would keep.
      let place = try #require((0...).lazy.map { "p\($0)" }.first { bench.namespace.shard(of: $0) == 0 })
      try await bench.running([bench.worker(old(), bench.settings("old", lease: .seconds(6)))]) {
        _ = try await bench.publish([NewlyNoted("k", 0, place: place)])
        try await eventually("it is held") {
          try await bench.connection.integer(["EXISTS", bench.namespace.retry(0, "rolling")]) == 1
        }
        try await bench.running([bench.worker(new(), bench.settings("new", lease: .seconds(6)))]) {
          try await eventually("each has two, the new one that one") {
            let names = try await leases("owner")
            return names.count { $0 == "new" } == 2 && names.count { $0 == "old" } == 2 && names[0] == "new"
          }
          let before = try await leases("epoch")
          for number in 1..<20 {
            _ = try await bench.publish([NewlyNoted("k", number, place: place)])
            _ = try await bench.publish([Noted("k\(number)", number, place: "p\(number)")])
          }
          try await eventually("it is handled") { try await records("k", bench).count == 20 }
          #expect(try await leases("epoch") == before)
        }
      }
      #expect(try await records("k", bench) == (0..<20).map { "new \($0)" })
      #expect(try await letters(bench).isEmpty)
    }
  }
}
