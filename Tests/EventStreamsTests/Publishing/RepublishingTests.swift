import EventStreams
import Redis
import RedisTestSupport
import Testing

@Suite("Publishing again") struct RepublishingTests {
  @Test("after a timeout is safe, and says what became of the first time")
  func afterTimeout() async throws {
    try await TestBench.run(shards: 1) { bench in
      let proxy = try SwallowingProxy(bench.server)
      defer { proxy.stop() }
      let connection = Connection(proxy.url, options: ConnectionOptions(responseTimeout: .milliseconds(100)))
      let publisher = Publisher(topic: bench.topic, connection: connection)
      try await connection.connect()

      // It arrives, and stands still before it answers.
      await bench.server.pause()
      let unanswered = await #expect(throws: RedisError.self) { _ = try await publisher.publish(Noted("k", 0)) }
      #expect(unanswered?.code == .timeout && unanswered?.mayHaveExecuted == true)
      await bench.server.resume()
      try await eventually("it is in the log") {
        try await bench.connection.integer(["XLEN", bench.topic.log(0)]) == 1
      }
      #expect(try await publisher.publish(Noted("k", 0)).isDuplicate)

      // It never arrives.
      proxy.swallow()
      let swallowed = await #expect(throws: RedisError.self) { _ = try await publisher.publish(Noted("k", 1)) }
      #expect(swallowed?.code == .timeout && swallowed?.mayHaveExecuted == true)
      proxy.letThrough()
      #expect(try await publisher.publish(Noted("k", 1)).isDuplicate == false)
      #expect(try await bench.connection.integer(["XLEN", bench.topic.log(0)]) == 2)
    }
  }

  @Test("by several producers at once makes one entry per event")
  func producers() async throws {
    try await TestBench.run { bench in
      let events = (0..<500).map { EncodedEvent(Noted("k", $0, place: $0 % 2 == 0 ? "here" : "there")) }
      let fresh = try await withThrowingTaskGroup { group in
        for _ in 0..<4 {
          let publisher = Publisher(topic: bench.topic, connection: Connection(bench.server.url))
          group.addTask {
            var fresh = 0
            for start in stride(from: 0, to: events.count, by: 20) {
              fresh += try await publisher.publish(Array(events[start..<start + 20])).count { !$0.isDuplicate }
            }
            return fresh
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(fresh == 500)
      #expect(try await Inspector(topic: bench.topic, connection: bench.connection).length() == 500)
    }
  }
}
