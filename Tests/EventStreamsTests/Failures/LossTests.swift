import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Logging
import RedisTestSupport
import Testing

@Suite("A server that loses something") struct LossTests {
  private func worker(_ bench: TestBench, _ lines: LoggedLines, _ service: EventService = WorkerTests.counting())
    -> Worker
  {
    Worker(
      service, namespace: bench.namespace, redis: bench.server.url, settings: bench.settings(lease: .milliseconds(300)),
      log: lines.logger(.critical))
  }

  @Test("has its group made again where it was, not at the beginning and not at the end, and says so")
  func lostGroup() async throws {
    try await TestBench.run(shards: 1) { bench in
      let lines = LoggedLines()
      try await bench.running([worker(bench, lines)]) {
        _ = try await bench.publish((0..<500).map { Noted("k", $0) })
        try await bench.settled("counting")
        var commands = Commands()
        commands.append("MULTI")
        commands.append("XGROUP", "DESTROY", bench.namespace.log(0), "counting")
        for number in 500..<600 {
          let event = EncodedEvent(Noted("k", number))
          commands.append("XADD", bench.namespace.log(0), "*", "event", String(decoding: event.json, as: UTF8.self))
        }
        commands.append("EXEC")
        _ = try await bench.connection.send(commands)
        try await eventually("it has handled what came meanwhile") {
          try await bench.state("counting", "counts") == ["k": "600"]
        }
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["k": "600"])
      #expect(lines.contains("group was gone"))
    }
  }

  @Test("has its group made again with what was pending, again and again, while keys are handled side by side")
  func lostGroupWhileBusy() async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService(
        "counting", concurrency: 16,
        retry: RetryPolicy(maxAttempts: 9, backoff: .init(base: .milliseconds(5), cap: .milliseconds(50))))
      service.on(Noted.self) { event in
        // So that some are far behind the others.
        if event.data.number % 10 == 0 { try await Task.sleep(for: .milliseconds(20)) }
        if event.data.number % 31 == 0, event.attempt == 1 { throw RetryLater(after: .milliseconds(30), "not yet") }
        if event.data.number % 97 == 0 { throw Unprocessable("never") }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      let count = 3000
      let lines = LoggedLines()
      try await bench.running([worker(bench, lines, service)]) {
        _ = try await bench.publish((0..<count).map { Noted("key-\($0)", $0) })
        for round in 1...8 {
          try await eventually("round \(round)") { try await bench.state("counting", "counts").count > round * 300 }
          _ = try await bench.connection.call("XGROUP", "DESTROY", bench.namespace.log(0), "counting")
          try await eventually("there is a group again") {
            try await bench.connection.groups(of: bench.namespace.log(0))["counting"] != nil
          }
        }
        try await bench.settled("counting")
      }
      let counts = try await bench.state("counting", "counts")
      #expect(counts.count == count - 31 && counts.values.allSatisfy { $0 == "1" })
      #expect(try await bench.connection.integer(["XLEN", "test:{0}:dead:counting"]) == 31)
      #expect(try await bench.connection.integer(["HLEN", "test:{0}:retry:counting"]) == 0)
      #expect(lines.contains("group was gone"))
    }
  }

  @Test(
    "has everything that comes after FLUSHALL handled, by workers that say what was lost, reload their functions and stay idle meanwhile"
  )
  func flushed() async throws {
    try await TestBench.run(shards: 2) { bench in
      let lines = LoggedLines()
      try await bench.running([worker(bench, lines)]) {
        _ = try await bench.publish((0..<500).map { Noted("before", $0, place: $0 % 2 == 0 ? "here" : "there") })
        try await bench.settled("counting")
        var commands = Commands()
        commands.append("FLUSHALL")
        commands.append("FUNCTION", "FLUSH")
        _ = try await bench.connection.send(commands)
        let calls = try await commandsProcessed(bench)
        try await eventually("it works again") {
          try await bench.connection.integer(["EXISTS", "test:{0}:lease:counting"]) == 1
        }
        // What a loop without a pause would do in the time of a few leases.
        #expect(try await commandsProcessed(bench) - calls < 2000)
        _ = try await Namespace.open("test", shardCount: 2, on: bench.connection)
        _ = try await bench.publish((0..<100).map { Noted("after", $0, place: $0 % 2 == 0 ? "here" : "there") })
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["after": "100"])
      #expect(lines.all("gone back to an earlier moment").count == 2, "once per shard")
    }
  }

  @Test(
    "as events that nobody had been given, counts what is there and says how many are lost, before and after the rest is handled"
  )
  func undelivered() async throws {
    try await TestBench.run(shards: 1) { bench in
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      let service = WorkerTests.counting()
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish((0..<3).map { Noted("k", $0) })
        try await bench.settled("counting")
      }
      _ = try await bench.publish((3..<20).map { Noted("k", $0) })
      _ = try await bench.connection.call("XTRIM", bench.namespace.log(0), "MAXLEN", "5")
      let before = try #require(await inspector.status().first)
      #expect(before.lag == 5 && before.lost == 12)
      try await bench.running([bench.worker(service)]) {
        try await eventually("nothing is waited for that isn't there") {
          try await inspector.remaining(["counting"]).isEmpty
        }
      }
      #expect(try await inspector.status().first?.lag == 0)
      #expect(try await bench.state("counting", "counts") == ["k": "8"])
      _ = try await bench.publish((20..<22).map { Noted("k", $0) })
      _ = try await bench.connection.call("XTRIM", bench.namespace.log(0), "MAXLEN", "0")
      let empty = try #require(await inspector.status().first)
      #expect(empty.lag == 0 && empty.lost >= 2)
      #expect(try await inspector.remaining(["counting"]).isEmpty)
    }
  }

  @Test(
    "a log, because it was evicted or removed by hand, is said to have lost it; nothing is waited for that isn't there, and what is published again is handled"
  )
  func removedLog() async throws {
    try await TestBench.run(shards: 1) { bench in
      let lines = LoggedLines()
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      _ = try await bench.publish((0..<100).map { Noted("k", $0) })
      try await bench.running([worker(bench, lines)]) {
        try await bench.settled("counting")
        // Some that nobody has been given go with it.
        var commands = Commands()
        commands.append("MULTI")
        for number in 100..<120 {
          let event = EncodedEvent(Noted("k", number))
          commands.append("XADD", bench.namespace.log(0), "*", "event", String(decoding: event.json, as: UTF8.self))
        }
        commands.append("DEL", bench.namespace.log(0))
        commands.append("EXEC")
        _ = try await bench.connection.send(commands)
        try await eventually("it says so") { lines.contains("gone back to an earlier moment") }
        try await eventually("nothing is waited for") { try await inspector.remaining(["counting"]).isEmpty }
        let again = try await bench.publish((90..<120).map { Noted("k", $0) })
        #expect(again.allSatisfy { !$0.isDuplicate }, "the log does not hold any of them")
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["k": "130"])
      #expect(lines.all(" ").count == 2, "the loss, and the group that went with the log: \(lines.all(" "))")
    }
  }

  @Test("keys, because it evicts what it likes when memory is full, has that reported, and work goes on")
  func evicted() async throws {
    try await TestBench.run(shards: 1, arguments: ["--maxmemory-policy", "allkeys-random"]) { bench in
      let lines = LoggedLines()
      try await bench.running([worker(bench, lines)]) {
        _ = try await bench.publish((0..<200).map { Noted("k", $0) })
        try await bench.settled("counting")
        _ = try await bench.connection.call("CONFIG", "SET", "maxmemory", "1")
        _ = try? await bench.connection.call("SET", "more", "than there is room for")
        try await eventually("it says so") { lines.contains("gone back to an earlier moment") }
        _ = try await bench.connection.call("CONFIG", "SET", "maxmemory", "0")
        _ = try await Namespace.open("test", shardCount: 1, on: bench.connection)
        _ = try await bench.publish((0..<100).map { Noted("after", $0) })
        try await eventually("it works again") { try await bench.state("counting", "counts")["after"] == "100" }
      }
    }
  }

  @Test(
    "of which nothing is left where it was says what it knows: keys without a configuration, another database, nothing")
  func absence() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.publish([Noted("k", 1)])
      let connection = bench.connection
      _ = try await connection.call("DEL", "test:config")
      #expect(try await Namespace.absence(of: "test", on: connection).hasPrefix("test:config is gone, though"))
      _ = try await connection.call("SWAPDB", "0", "1")
      #expect(try await Namespace.absence(of: "test", on: connection).contains("database 0, but db1 has keys"))
      _ = try await connection.call("FLUSHALL")
      #expect(try await Namespace.absence(of: "test", on: connection).contains("or the server has lost everything"))
      _ = try await connection.call("REPLICAOF", "127.0.0.1", "1")
      #expect(
        try await Namespace.absence(of: "test", on: connection).hasPrefix("the server is a replica of 127.0.0.1:1"))
    }
  }

  private func commandsProcessed(_ bench: TestBench) async throws -> Int {
    let line = try await bench.connection.text("INFO", "stats").split(separator: "\r\n").first {
      $0.hasPrefix("total_commands_processed:")
    }
    return Int(line?.split(separator: ":")[1] ?? "") ?? 0
  }
}
