import EventStreams
import EventStreamsOperations
import HiredisClient
import Logging
import RedisTestSupport
import Synchronization
import Testing

@Suite("An effect that the server refuses", .serialized) struct RefusalTests {
  @Test(
    "sends its event alone to the dead letters, with the server's reason; all others of the batch go through, in order",
    arguments: [1, 8])
  func isolated(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let epochs = Mutex<Set<Int>>([])
      var service = EventService("counting", concurrency: concurrency)
      service.on(Noted.self) { event in
        epochs.withLock { _ = $0.insert(event.shard.epoch) }
        return Effects {
          $0.increment("counts", event.data.key, by: 1)
          $0.append(to: "sequence-\(event.data.key)", event.data.number)
          if event.data.key == "full" { $0.increment("limits", "full", by: 1) }
          if event.data.key == "odd" { $0.set("text", "field", to: "value") }
        }
      }
      _ = try await bench.connection.call(
        "HSET", bench.namespace.state(0, "counting", "limits"), "full", String(Int.max))
      _ = try await bench.connection.call("SET", bench.namespace.state(0, "counting", "text"), "no hash")
      let bad = [Noted("full", 0), Noted("odd", 0)]
      _ = try await bench.publish(
        (0..<50).map { Noted("k\($0 % 5)", $0) } + bad + (50..<100).map { Noted("k\($0 % 5)", $0) } + [Noted("full", 1)]
      )
      try await bench.running([bench.worker(service)]) { try await bench.settled("counting") }

      let letters = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "counting")
      #expect(letters.filter { !$0.isParked }.map(\.key).sorted() == ["full", "odd"])
      #expect(letters.filter(\.isParked).map(\.key) == ["full"])
      #expect(letters.first { $0.key == "full" }?.about.reason.contains("limits") == true)
      #expect(letters.first { $0.key == "odd" }?.about.reason.contains("text") == true)
      #expect(
        try await bench.state("counting", "counts")
          == Dictionary(uniqueKeysWithValues: (0..<5).map { ("k\($0)", "20") }))
      let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
      for key in 0..<5 {
        let numbers = try await state.records("counting", "sequence-k\(key)", as: Int.self).map(\.value)
        #expect(numbers == numbers.sorted() && numbers.count == 20)
      }
      // Handlers that keep state in memory load it again.
      #expect(epochs.withLock { $0.count } > 1)
    }
  }

  @Test("of an event of the history sends that one to the dead letters; the others go through")
  func history() async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService("counting")
      service.on(Noted.self) { event in
        Effects {
          $0.increment("counts", event.data.key, by: 1)
          if event.data.number == 30 { $0.increment("limits", "full", by: 1) }
        }
      }
      _ = try await bench.connection.call(
        "HSET", bench.namespace.state(0, "counting", "limits"), "full", String(Int.max))
      let history = try await ThrowingHistory.taking(60, from: bench)
      var settings = bench.settings()
      settings.history = history
      try await bench.running([bench.worker(service, settings)]) { try await bench.caughtUp("counting") }
      let letters = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "counting")
      #expect(letters.map(\.key) == ["k30"])
      #expect(letters.first?.about.reason.contains("limits") == true)
      #expect(try await bench.state("counting", "counts").count == 59)
    }
  }

  @Test("of a dead letter that is handled again leaves it dead, and does not try for ever")
  func redriven() async throws {
    try await TestBench.run(shards: 1) { bench in
      let isMended = Mutex(false)
      var service = EventService("counting")
      service.on(Noted.self) { event in
        if !isMended.withLock({ $0 }) { throw Unprocessable("not yet") }
        return Effects { $0.increment("limits", "full", by: 1) }
      }
      _ = try await bench.connection.call(
        "HSET", bench.namespace.state(0, "counting", "limits"), "full", String(Int.max))
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish([Noted("k", 0)])
        try await bench.settled("counting")
        isMended.withLock { $0 = true }
        _ = try await letters.redrive(letters.list(service: "counting"))
        try await eventually("the redrive is over") {
          try await bench.connection.integer(["EXISTS", "test:{0}:redrive:counting"]) == 0
        }
        #expect(try await letters.list(service: "counting").count == 1)
        _ = try await bench.connection.call("HSET", bench.namespace.state(0, "counting", "limits"), "full", "0")
        _ = try await letters.redrive(letters.list(service: "counting"))
        try await eventually("it is handled") { try await letters.list(service: "counting").isEmpty }
      }
      #expect(try await bench.state("counting", "limits") == ["full": "1"])
    }
  }
}
