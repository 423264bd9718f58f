import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("One order over the topics of a shard") struct TopicOrderTests {
  /// Notes what it is given of both topics, per key.
  private func service(concurrency: Int, readsAhead: Bool = false) -> EventService {
    var service = EventService("both", concurrency: concurrency)
    @Sendable func reads(_ key: String) -> [StateField] { [StateField("last", key)] }
    @Sendable func effects(_ noted: Noted) -> Effects {
      Effects {
        $0.append(to: "of \(noted.key)", noted.number)
        $0.set("last", noted.key, to: "\(noted.number)")
      }
    }
    if readsAhead {
      service.on(Noted.self, reading: { reads($0.key) }) { effects($0.data) }
      service.on(Remarked.self, reading: { reads($0.noted.key) }) { effects($0.data.noted) }
    } else {
      service.on(Noted.self) { effects($0.data) }
      service.on(Remarked.self) { effects($0.data.noted) }
    }
    return service
  }

  /// The n-th event of a key, now of the one topic and now of the other, in runs of one to three.
  private func event(_ key: String, _ number: Int) -> EncodedEvent {
    number % 7 % 3 == 0 ? EncodedEvent(Remarked(key, number)) : EncodedEvent(Noted(key, number))
  }

  private func expectOrder(_ bench: TestBench, keys: Int, each count: Int) async throws {
    let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
    for key in 0..<keys {
      let numbers = try await state.records("both", "of k\(key)", as: Int.self).map(\.value)
      #expect(numbers == Array(0..<count), "key \(key): \(numbers.count) of \(count)")
    }
  }

  private func isDone(_ bench: TestBench) async throws {
    try await eventually("both have been handled") {
      try await bench.inspector.remaining(["both"]).isEmpty
    }
  }

  @Test(
    "is kept per key, also where reads are cut short in the middle of one of them",
    arguments: [(1, false, 3), (1, false, 500), (16, false, 4), (16, true, 5), (1, true, 7)])
  func order(concurrency: Int, readsAhead: Bool, batchSize: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      var settings = bench.settings()
      settings.batchSize = batchSize
      let (keys, count) = (5, 200)
      // A backlog of which one topic has much more at first, then what comes while it works.
      for part in [0..<150, 150..<160] {
        let events = part.flatMap { number in (0..<keys).map { event("k\($0)", number) } }
        _ = try await bench.publisher.publish(events)
      }
      let lines = LoggedLines()
      let worker = Worker(
        service(concurrency: concurrency, readsAhead: readsAhead), namespace: bench.namespace, redis: bench.server.url,
        settings: settings, log: lines.logger(.warning))
      try await bench.running([worker]) {
        for first in stride(from: 160, to: count, by: 4) {
          // One call that adds to both, now to one and now to the other, to a worker that may be waiting.
          let events = (0..<keys).flatMap { key in (first..<first + 4).map { event("k\(key)", $0) } }
          _ = try await bench.publisher.publish(events)
          if first % 8 == 0 { try await isDone(bench) }
        }
        try await isDone(bench)
      }
      try await expectOrder(bench, keys: keys, each: count)
      #expect(try await bench.inspector.status().map(\.position) == [try await bench.lastID()])
      // It was read in order, and not taken anew because it wasn't.
      #expect(lines.all("taking the shard anew").isEmpty, "\(lines.all(" "))")
    }
  }

  @Test("is kept on a server that tells nobody its version: no answer to a read that waited is trusted")
  func withoutInfo() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.connection.call("ACL", "SETUSER", "default", "-info")
      try await bench.running([bench.worker(service(concurrency: 1))]) {
        for number in 0..<20 {
          _ = try await bench.publisher.publish((0..<3).map { event("k\($0)", number) })
          try await isDone(bench)
        }
      }
      try await expectOrder(bench, keys: 3, each: 20)
    }
  }

  @Test(
    "is kept by whoever takes over, though the one before was given later entries of one topic and not of the other")
  func takeover() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (keys, count) = (3, 60)
      var settings = bench.settings()
      settings.batchSize = 4
      let events = (0..<count).flatMap { number in (0..<keys).map { event("k\($0)", number) } }
      _ = try await bench.publisher.publish(Array(events[..<30]))
      try await bench.running([bench.worker(service(concurrency: 1), settings)]) { try await isDone(bench) }
      _ = try await bench.publisher.publish(Array(events[30...]))
      // Somebody read much of one topic, a little of the other, and died.
      for (topic, number) in [(Namespace.standardTopic, "70"), (Remarked.topic, "2")] {
        _ = try await bench.connection.call(
          "XREADGROUP", "GROUP", "both", "dead", "COUNT", number, "STREAMS", bench.namespace.log(0, topic), ">")
      }
      let lines = LoggedLines()
      let worker = Worker(
        service(concurrency: 1), namespace: bench.namespace, redis: bench.server.url, settings: settings,
        log: lines.logger(.critical))
      try await bench.running([worker]) { try await isDone(bench) }
      try await expectOrder(bench, keys: keys, each: count)
      // That is nothing that anybody has to look into.
      #expect(lines.all(" ").isEmpty, "\(lines.all(" "))")
    }
  }

  @Test(
    "is the order of ids, which are unique and rise whoever adds: also after the clock was lost, and beside what hands add"
  )
  func ids() async throws {
    try await TestBench.run(shards: 1) { bench in
      var places: [EntryID] = []
      for round in 0..<40 {
        places += try await bench.publisher.publish((0..<20).map { event("k\(round)", $0) }).map(\.entryID)
        if round % 10 == 9 {
          #expect(try await bench.connection.integer(["DEL", bench.namespace.clock(0)]) == 1)
        } else {
          let stream = bench.namespace.log(0, round % 2 == 0 ? Remarked.topic : Namespace.standardTopic)
          places.append(
            try #require(EntryID(try await bench.connection.text("XADD", stream, "*", "event", "by hand"))))
        }
      }
      #expect(Set(places).count == places.count)
      let byPublisher = places.filter { $0.sequence % 2 == 0 && $0.sequence > 0 }
      #expect(byPublisher.count >= 800)
      #expect(byPublisher == byPublisher.sorted())
      #expect(try await bench.inspector.entries(shard: 0, after: .zero, limit: 10_000).map(\.id) == places.sorted())
    }
  }
}

extension TestBench {
  /// The last place that the first shard's clock has given out.
  fileprivate func lastID() async throws -> EntryID? { EntryID(try await connection.text("GET", namespace.clock(0))) }
}
