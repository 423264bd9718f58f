import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A shared publisher") struct SharedPublisherTests {
  private func publisher(_ bench: TestBench, mostWaiting: Int = 512) -> SharedPublisher {
    SharedPublisher(redis: bench.server.url, mostWaiting: mostWaiting) { _ in bench.namespace }
  }

  private func running(_ publisher: SharedPublisher, _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { try await publisher.run() }
      try await body()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  @Test("publishes what many callers give it, each what is its own, in the order of each")
  func many() async throws {
    try await TestBench.run { bench in
      let publisher = publisher(bench)
      try await running(publisher) {
        try await withThrowingTaskGroup { group in
          for caller in 0..<20 {
            group.addTask {
              for number in 0..<30 {
                let event = EncodedEvent(Noted("k\(caller)", number, place: "p\(caller)"))
                let published = try await publisher.publish([event])
                #expect(published.count == 1 && published.first?.isDuplicate == false)
                #expect(published.first?.shard == bench.namespace.shard(of: "p\(caller)"))
              }
            }
          }
          try await group.waitForAll()
        }
      }
      var numbers: [String: [Int]] = [:]
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      for shard in bench.namespace.shards {
        for entry in try await inspector.entries(shard: shard, after: .zero, limit: 1000) {
          let event = try Noted(ofEvent: entry.json.span)
          numbers[event.key, default: []].append(event.number)
        }
      }
      #expect(numbers.count == 20 && numbers.values.allSatisfy { $0 == Array(0..<30) })
    }
  }

  @Test("refuses who comes when too many wait, and an event that is too long, which no other caller feels")
  func refusals() async throws {
    try await TestBench.run { bench in
      let publisher = publisher(bench, mostWaiting: 3)
      // Nobody publishes yet: they wait.
      try await withThrowingTaskGroup(of: Bool.self) { group in
        let long = EncodedEvent(Noted(String(repeating: "k", count: 70_000), 0))
        await #expect(throws: EventTooLong.self) { try await publisher.publish([long]) }
        for caller in 0..<4 {
          group.addTask {
            do {
              _ = try await publisher.publish([EncodedEvent(Noted("k", caller))])
              return false
            } catch is PublisherBusy {
              return true
            }
          }
        }
        // Whoever is refused is so at once; the others wait.
        #expect(try await group.next() == true)
        group.addTask {
          try await publisher.run()
          return false
        }
        for _ in 0..<3 { #expect(try await group.next() == false) }
        group.cancelAll()
        try await group.waitForAll()
      }
      #expect(try await Inspector(namespace: bench.namespace, connection: bench.connection).length() == 3)
      await #expect(throws: PublisherBusy.self) { try await publisher.publish([EncodedEvent(Noted("k", 10))]) }
    }
  }

  @Test("publishes once more what a server that was started anew did not get")
  func restart() async throws {
    try await TestBench.run { bench in
      let publisher = SharedPublisher(redis: bench.server.url) { connection in
        try await Namespace.open("test", shardCount: 2, on: connection)
      }
      try await running(publisher) {
        _ = try await publisher.publish([EncodedEvent(Noted("k", 0))])
        await bench.server.kill()
        await #expect(throws: RedisError.self) { try await publisher.publish([EncodedEvent(Noted("k", 1))]) }
        // It has lost its data and its functions.
        try await bench.server.restart()
        let published = try await publisher.publish([EncodedEvent(Noted("k", 1))])
        #expect(published.first?.isDuplicate == false)
      }
    }
  }
}
