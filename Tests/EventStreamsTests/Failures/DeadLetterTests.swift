import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@Suite("A dead letter") struct DeadLetterTests {
  @Test("that is discarded is gone for good; what was parked behind it is handled in order, and so is what comes later")
  func discard() async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService("strict")
      service.on(Noted.self) { event in
        if event.data.number == 1 { throw Unprocessable("it is bad") }
        return Effects { $0.append(to: "sequence", event.data.number) }
      }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish((0..<5).map { Noted("k", $0) })
        try await bench.settled("strict")
        let dead = try await letters.list(service: "strict")
        #expect(dead.map(\.isParked) == [false, true, true, true])
        #expect(try await letters.discard([dead[0]]) == 1)
        try await eventually("the others are handled") { try await letters.list(service: "strict").isEmpty }
        #expect(try await letters.discard([dead[0]]) == 0)
        _ = try await bench.publish([Noted("k", 5)])
        try await bench.settled("strict")
      }
      #expect(try await state.records("strict", "sequence", as: Int.self).map(\.value) == [0, 2, 3, 4, 5])
      #expect(try await bench.connection.integer(["EXISTS", "test:{0}:blocked:strict"]) == 0)
    }
  }

  @Test("that is discarded while events of its key arrive keeps none of them from its turn", arguments: [1, 8])
  func discardWhileReading(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService("strict", concurrency: concurrency)
      service.on(Noted.self) { event in
        if event.data.number == 0 { throw Unprocessable("it is bad") }
        return Effects { $0.append(to: "sequence", event.data.number) }
      }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      // Small reads, so that some are parked, some are on their way to be, and some are waiting when the key turns out to be free.
      var settings = bench.settings()
      settings.batchSize = 5
      try await bench.running([bench.worker(service, settings)]) {
        _ = try await bench.publish([Noted("k", 0)])
        try await bench.settled("strict")
        #expect(try await letters.discard(letters.list(service: "strict")) == 1)
        _ = try await bench.publish((1...1000).map { Noted("k", $0) })
        try await bench.settled("strict")
      }
      let sequence = try await ServiceState(namespace: bench.namespace, connection: bench.connection)
        .records("strict", "sequence", as: Int.self).map(\.value)
      #expect(sequence == Array(1...1000))
    }
  }

  @Test("of what is no event holds up nothing: neither what was read with it nor what comes later", arguments: [1, 8])
  func noEvents(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService("strict", concurrency: concurrency)
      service.on(Noted.self) { event in Effects { $0.append(to: "sequence", event.data.number) } }
      func log(_ count: Int) async throws {
        for _ in 0..<count {
          _ = try await bench.connection.call("XADD", bench.namespace.log(0), "*", "event", "no JSON")
        }
      }
      try await log(3)
      try await bench.running([bench.worker(service)]) {
        try await bench.settled("strict")
        try await log(2)
        _ = try await bench.publish([Noted("k", 1)])
        try await bench.settled("strict")
      }
      let letters = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "strict")
      #expect(letters.map(\.isParked) == Array(repeating: false, count: 5))
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.state(0, "strict", "sequence")]) == 1)
    }
  }

  @Test(
    "come of what is no event even where nobody wants its type; an event that nobody wants leaves none",
    arguments: [1, 8])
  func unwanted(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService("strict", concurrency: concurrency)
      service.on(Noted.self) { event in Effects { $0.append(to: "sequence", event.data.number) } }
      for event in [
        #"{"id":"a","type":"OTHER","timestamp":"2026-04-03T10:30:00Z","data":{}}"#,
        #"{"id":"b","type":"OTHER","data":{}}"#,
        #"{"id":3,"type":"OTHER","timestamp":"2026-04-03T10:30:00Z","data":{}}"#,
        #"{"id":"d","type":"OTHER","timestamp":"2026-04-03T10:30:00Z","data":{}"#,
        #"{"id":"e","type":"\u004fTHER","timestamp":"2026-04-03T10:30:00Z","data":{}}"#,
        #"{"id":"f","type":"NOT\u0045D","timestamp":"2026-04-03T10:30:00Z","data":{"key":"k","number":7}}"#,
      ] {
        _ = try await bench.connection.call("XADD", bench.namespace.log(0), "*", "event", event)
      }
      try await bench.running([bench.worker(service)]) { try await bench.settled("strict") }
      let letters = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "strict")
      #expect(letters.count == 3)
      #expect(letters.first?.about.reason == "timestamp: is missing")
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.state(0, "strict", "sequence")]) == 1)
    }
  }

  @Test("is called by its shard and its id: an id that two shards have means both, and discarding one leaves the other")
  func names() async throws {
    try await TestBench.run(shards: 2) { bench in
      for shard in 0..<2 {
        _ = try await bench.connection.call(
          "XADD", "test:{\(shard)}:dead:strict", "5-0", "entry", "7-0", "key", "k", "kind", "dead", "about",
          #"{"reason":"r","attempts":1,"worker":"w","at":"2026-04-03T10:30:00Z"}"#, "event", "{}")
        _ = try await bench.connection.call("HSET", "test:{\(shard)}:blocked:strict", "k", "1")
      }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      #expect(try await letters.candidates("5-0", service: "strict").map(\.name.description) == ["0/5-0", "1/5-0"])
      let second = try await letters.candidates("1/5-0", service: "strict")
      #expect(second.map(\.shard) == [1])
      #expect(try await letters.discard(second) == 1)
      #expect(try await letters.candidates("5-0", service: "strict").map(\.name.description) == ["0/5-0"])
      for text in ["2/5-0", "-1/5-0", "0/6-0", "x", "0/", "/5-0", "0/5-0/1", "99999999999999999999/5-0"] {
        #expect(try await letters.candidates(text, service: "strict").isEmpty, "\(text)")
      }
    }
  }

  @Test(
    "that was parked and fails when it is handled again is dead itself, with its reason and its attempts, until it is through"
  )
  func parkedThatFails() async throws {
    try await TestBench.run(shards: 1) { bench in
      let refused = Mutex(Set([1, 2]))
      var service = EventService(
        "strict", retry: RetryPolicy(maxAttempts: 2, backoff: .init(base: .milliseconds(1), cap: .milliseconds(1))))
      service.on(Noted.self) { event in
        if event.data.number == 1, refused.withLock({ $0.contains(1) }) { throw Unprocessable("the first is bad") }
        if event.data.number == 2, refused.withLock({ $0.contains(2) }) {
          throw RetryLater(after: .zero, "the second fails")
        }
        return Effects { $0.append(to: "sequence", event.data.number) }
      }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish((1...3).map { Noted("k", $0) })
        try await bench.settled("strict")
        #expect(try await letters.list(service: "strict").map(\.isParked) == [false, true, true])
        refused.withLock { $0 = [2] }
        for attempts in [2, 4] {
          #expect(try await letters.redrive(letters.list(service: "strict")) == 1)
          try await eventually("the second has failed") {
            try await letters.list(service: "strict").first?.about.attempts == attempts
          }
          let left = try await letters.list(service: "strict")
          #expect(left.map(\.isParked) == [false, true])
          #expect(left[0].about.reason == "the second fails" && left[0].about.lastError == "the second fails")
        }
        refused.withLock { $0 = [] }
        _ = try await letters.redrive(letters.list(service: "strict"))
        try await eventually("all are through") { try await letters.list(service: "strict").isEmpty }
      }
      let sequence = try await ServiceState(namespace: bench.namespace, connection: bench.connection)
        .records("strict", "sequence", as: Int.self).map(\.value)
      #expect(sequence == [1, 2, 3])
      #expect(try await bench.connection.integer(["EXISTS", "test:{0}:redriven:strict"]) == 0)
    }
  }
}
