import Redis
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("An event of a newer version than a worker reads") struct HeldTests {
  /// What `Noted` has become: its number is a text.
  private struct NewlyNoted: EventData {
    static let eventType = Noted.eventType
    static let version = 2
    let key: String
    let number: String

    init(_ key: String, _ number: Int) {
      self.key = key
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
    var shardKey: String { "here" }
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

  private func letters(_ bench: TestBench) async throws -> [DeadLetter] {
    try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(service: "rolling")
  }

  @Test("is held with what follows of its key, while others go on, until a worker comes that reads it; none is dead")
  func rolling() async throws {
    try await TestBench.run(shards: 1) { bench in
      let reader = CommittedState(namespace: bench.namespace, service: "rolling", connection: bench.connection)
      func records(_ key: String) async throws -> [String] {
        try await OwnedShard(number: 0, term: 0, reader: reader)
          .records(key, after: .zero, limit: 100, as: String.self).map(\.value)
      }
      try await bench.running([bench.worker(old())]) {
        _ = try await bench.publish([Noted("k", 0)])
        _ = try await bench.publish([NewlyNoted("k", 1)])
        _ = try await bench.publish([Noted("k", 2), Noted("other", 0), Noted("other", 1)])
        try await eventually("others go on") { try await records("other").count == 2 }
      }
      #expect(try await records("k") == ["old 0"])
      try await bench.running([bench.worker(new(), bench.settings("worker-2"))]) {
        try await bench.settled("rolling")
      }
      #expect(try await records("k") == ["old 0", "new 1", "new 2"])
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
    }
  }
}
