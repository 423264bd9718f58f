import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("Publishing again") struct RepublishingTests {
  @Test("after a timeout is safe, and says what became of the first time")
  func afterTimeout() async throws {
    try await TestBench.run(shards: 1) { bench in
      let proxy = try SwallowingProxy(bench.server)
      defer { proxy.stop() }
      let connection = Connection(proxy.url, options: ConnectionOptions(responseTimeout: .seconds(1)))
      let publisher = Publisher(namespace: bench.namespace, connection: connection)
      try await connection.connect()

      // It arrives, and stands still before it answers.
      await bench.server.pause()
      let unanswered = await #expect(throws: RedisError.self) { _ = try await publisher.publish(Noted("k", 0)) }
      #expect(unanswered?.code == .timeout && unanswered?.mayHaveExecuted == true)
      await bench.server.resume()
      try await eventually("it is in the log") {
        try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) == 1
      }
      #expect(try await publisher.publish(Noted("k", 0)).isDuplicate)

      // It never arrives.
      proxy.swallow()
      let swallowed = await #expect(throws: RedisError.self) { _ = try await publisher.publish(Noted("k", 1)) }
      #expect(swallowed?.code == .timeout && swallowed?.mayHaveExecuted == true)
      proxy.letThrough()
      #expect(try await publisher.publish(Noted("k", 1)).isDuplicate == false)
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) == 2)
    }
  }

  @Test("of the same id with another content is told from a duplicate, with what differs; trimmed, it is a duplicate")
  func anotherContent() async throws {
    try await TestBench.run(shards: 1) { bench in
      let publisher = Publisher(namespace: bench.namespace, connection: bench.connection)
      func publish(_ number: Int, at time: Timestamp = .now(), key: String? = nil) async throws -> PublishedEvent {
        try await publisher.publish([EncodedEvent(Noted("k", number), id: "an \"id\"", key: key, timestamp: time)])[0]
      }
      let first = try await publish(1230)
      #expect(!first.isDuplicate && first.difference == nil)
      let later = Timestamp.now() + .seconds(60)
      let again = try await publish(1230, at: later)
      #expect(again.isDuplicate && again.difference == nil && again.entryID == first.entryID)
      let other = try await publish(9999, at: later)
      #expect(other.isDuplicate && other.difference?.description == "data.number is 1230 there and 9999 here")
      #expect(try await publish(1230, key: "other").difference?.description == "key is \"k\" there and \"other\" here")
      // In one call, too.
      let both = try await publisher.publish([3, 4].map { EncodedEvent(Noted("k", $0), id: "twice") })
      #expect(!both[0].isDuplicate && both[1].difference?.description == "data.number is 3 there and 4 here")
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) == 2)

      _ = try await bench.connection.call("XGROUP", "CREATE", bench.namespace.log(0), "g", "$")
      _ = try await bench.connection.call("XTRIM", bench.namespace.log(0), "MAXLEN", "0")
      let trimmed = try await publish(9999)
      #expect(trimmed.isDuplicate && trimmed.difference == nil)
    }
  }

  @Test("is known though the clock was set back over the end of a deduplication time, or forward")
  func clockSetBack() async throws {
    try await TestBench.run(shards: 1) { bench in
      let index = Timestamp.now().microsecondsSinceEpoch / 1_000_000 / 86400
      for (offset, isKnown) in [(-2, false), (-1, true), (1, true)] {
        let first = try await bench.publish([Noted("k", offset)])[0]
        let log = bench.namespace.seen(0)
        _ = try await bench.connection.call("RENAME", "\(log):\(index)", "\(log):\(index + Int64(offset))")
        let again = try await bench.publish([Noted("k", offset)])[0]
        #expect(again.isDuplicate == isKnown)
        if isKnown { #expect(again.entryID == first.entryID) }
        _ = try await bench.connection.call("DEL", "\(log):\(index)", "\(log):\(index + Int64(offset))")
      }
    }
  }

  @Test("looks where it stands now, whatever remembers a place that it had before")
  func places() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (log, seen) = (bench.namespace.log(0), bench.namespace.seen(0))
      let index = Timestamp.now().microsecondsSinceEpoch / 1_000_000 / 86400
      let earlier = try await bench.publish([Noted("k", 0)])[0].entryID
      _ = try await bench.connection.call("XDEL", log, earlier.description)
      let now = try await bench.publish([Noted("k", 0)])[0]
      #expect(!now.isDuplicate)
      let places = [earlier, now.entryID].map(\.description)
      for (current, other, offset) in [(0, 1, -1), (1, 0, -1), (0, 1, 1), (1, 0, 1)] {
        _ = try await bench.connection.call("DEL", "\(seen):\(index - 1)", "\(seen):\(index + 1)")
        for (place, index) in [(places[current], index), (places[other], index + Int64(offset))] {
          _ = try await bench.connection.call("HSET", "\(seen):\(index)", Noted("k", 0).eventID, place)
        }
        let again = try await bench.publish([Noted("k", 0)])[0]
        #expect(again.isDuplicate && again.entryID == now.entryID)
      }
    }
  }

  @Test("by a handler adds nothing, whether a handler or a producer was first, and whatever stands in the id")
  func followUps() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      for (index, id) in ["plain", "with \"quotes\"", "b\\n", "caf\u{e9}"].enumerated() {
        let publishing = Effects { $0.publish(Noted("k", -1), id: id) }
        let before = try await bench.connection.integer(["XLEN", bench.namespace.log(0)])
        try await log.commit([publishing, publishing])
        for _ in 0..<3 { try await log.commit([publishing]) }
        #expect(try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) == before + 5 + 1)
        let publisher = Publisher(namespace: bench.namespace, connection: bench.connection)
        #expect(try await publisher.publish(Noted("k", -1), id: id).isDuplicate)
        _ = try await publisher.publish(Noted("k", -2), id: "first \(index)")
        try await log.commit([Effects { $0.publish(Noted("k", -2), id: "first \(index)") }])
        #expect(try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) == before + 5 + 1 + 1 + 1)
      }
    }
  }

  @Test("by several producers at once makes one entry per event")
  func producers() async throws {
    try await TestBench.run { bench in
      let events = (0..<500).map { EncodedEvent(Noted("k", $0, place: $0 % 2 == 0 ? "here" : "there")) }
      let fresh = try await withThrowingTaskGroup { group in
        for _ in 0..<4 {
          let publisher = Publisher(namespace: bench.namespace, connection: Connection(bench.server.url))
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
      #expect(try await Inspector(namespace: bench.namespace, connection: bench.connection).length() == 500)
    }
  }
}
