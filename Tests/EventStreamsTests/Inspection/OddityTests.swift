import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("What nobody should have written into Redis") struct OddityTests {
  @Test("is shown where it stands, and hides nothing else: letters, groups, records, leases, keys of other types, ids")
  func oddities() async throws {
    try await TestBench.run(shards: 3) { bench in
      var service = EventService("strict")
      service.on(Noted.self) { _ in throw Unprocessable("it is bad") }
      _ = try await bench.publish([Noted("k", 1)])
      let shard = bench.namespace.shard(of: "here")
      let log = bench.namespace.log(shard)
      try await bench.running([bench.worker(service)]) { try await bench.settled("strict") }
      let connection = bench.connection
      for letter in [
        ["about", "no JSON", "key", "k"], ["x", "y"], ["entry", "1-0", "key", "\u{fffd}", "about", "{}"],
      ] {
        _ = try await connection.call(["XADD", bench.namespace.dead(shard, "strict"), "*"] + letter)
      }
      var commands = Commands()
      commands.begin(argumentCount: 5)
      for argument in ["XGROUP", "CREATE", log] { commands.argument(argument) }
      commands.argument([0xff, 0xfe, 0x00])
      commands.argument("0")
      _ = try await connection.answers(to: commands)
      _ = try await connection.call("XGROUP", "CREATE", log, "reading", "0")
      _ = try await connection.call("XADD", log, "9223372036854775807-0", "event", "{}")
      _ = try await connection.call("XADD", log, "18446744073709551615-18446744073709551615", "event", "{}")
      _ = try await connection.call("XREADGROUP", "GROUP", "reading", "c", "COUNT", "3", "STREAMS", log, ">")
      _ = try await connection.call("HSET", bench.namespace.retry(shard, "reading"), "9223372036854775807-0", "no JSON")
      _ = try await connection.call(
        "HSET", bench.namespace.lease(shard, "reading"), "owner", "x", "until", "9223372036854775807", "seen",
        "-9223372036854775808")
      _ = try await connection.call("SET", bench.namespace.dead(shard, "reading"), "text")
      let other = bench.namespace.shards.first { $0 != shard } ?? 0
      _ = try await connection.call("UNLINK", bench.namespace.log(other))
      _ = try await connection.call("SET", bench.namespace.log(other), "text")

      let inspector = Inspector(namespace: bench.namespace, connection: connection)
      let status = try await inspector.overview()
      #expect(status.groups.filter { $0.shard == shard }.count == 3)
      #expect(status.groups.first { $0.service == "strict" && $0.shard == shard }?.dead == 4)
      #expect(status.groups.first { $0.service == "reading" }?.problem?.contains("WRONGTYPE") == true)
      #expect(status.shards.first { $0.shard == other }?.problem?.contains("WRONGTYPE") == true)
      let pending = try await inspector.pending(limit: 10)
      #expect(pending.map(\.entryID.milliseconds).suffix(2) == [9_223_372_036_854_775_807, .max])
      #expect("\(try #require(pending.last).entryID.recordedAt)".hasPrefix("9999-12-31T23:59:59"))
      #expect(try #require(pending.last).entryID.next == pending.last?.entryID)
      #expect(try await inspector.progress(["strict"], shard: shard)[0].letters.count >= 2)
      let trimmed = try await Trimmer(namespace: bench.namespace, connection: connection)
        .trim(shard: shard, Retention(maxEntries: 0))
      #expect(trimmed.removed == 0)

      let dead = DeadLetters(namespace: bench.namespace, connection: connection)
      let letters = try await dead.list(service: "strict")
      #expect(letters.map(\.isReadable) == [true, false, false, false])
      #expect(letters[1].about.reason.hasPrefix("this letter can't be read: about"))
      #expect(try await dead.redrive(letters) == 1)
      #expect(try await dead.discard(letters) == 4)
      #expect(try await dead.list(service: "strict").isEmpty)
      #expect(try await connection.integer(["EXISTS", bench.namespace.blocked(shard, "strict")]) == 0)
    }
  }

  @Test(
    "such as ids at the end of what Redis has, is compared exactly: trimming removes what all have handled, and nothing else"
  )
  func largeIDs() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (log, connection) = (bench.namespace.log(0), bench.connection)
      let ids = [
        "9007199254740992-0", "9007199254740993-0", "9223372036854775807-9223372036854775806",
        "9223372036854775807-9223372036854775807", "18446744073709551615-18446744073709551614",
        "18446744073709551615-18446744073709551615",
      ]
      for id in ids { _ = try await connection.call("XADD", log, id, "event", "{}") }
      _ = try await connection.call("XGROUP", "CREATE", log, "g", "0")
      _ = try await connection.call("HSET", bench.namespace.topics(0), Namespace.standardTopic, "")
      let trimmer = Trimmer(namespace: bench.namespace, connection: connection)
      for (index, id) in ids.enumerated() {
        _ = try await connection.call("XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", log, ">")
        #expect(try await trimmer.trim(shard: 0, Retention(maxEntries: 0)).removed == 0)
        _ = try await connection.call("XACK", log, "g", id)
        let result = try await trimmer.trim(shard: 0, Retention(maxEntries: 0))
        #expect(result.removed == 1)
        #expect(try await connection.integer(["XLEN", log]) == ids.count - index - 1)
      }
    }
  }
}
