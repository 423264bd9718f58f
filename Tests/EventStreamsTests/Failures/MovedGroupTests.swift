import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A consumer group that somebody moves by hand") struct MovedGroupTests {
  private static let message = "somebody has moved the consumer group"

  /// Counts what it handles, and keeps each key's order.
  private static func service(_ concurrency: Int) -> EventService {
    var service = EventService("counting", concurrency: concurrency)
    service.on(Noted.self) { event in
      if event.data.number % 50 == 0 { try await Task.sleep(for: .milliseconds(5)) }
      return Effects {
        $0.increment("counts", "\(event.data.number)", by: 1)
        $0.append(to: "sequence-\(event.key)", event.data.number)
      }
    }
    return service
  }

  private func events(_ range: Range<Int>) -> [Noted] { range.map { Noted("k\($0 % 20)", $0) } }

  private func worker(_ bench: TestBench, _ lines: LoggedLines, concurrency: Int = 1) -> Worker {
    var settings = bench.settings(lease: .milliseconds(500))
    settings.window = 400
    settings.batchSize = 100
    return Worker(
      Self.service(concurrency), namespace: bench.namespace, redis: bench.server.url, settings: settings,
      log: lines.logger(.critical))
  }

  private func move(_ bench: TestBench, to place: String) async throws {
    _ = try await bench.connection.call("XGROUP", "SETID", bench.namespace.log(0), "counting", place)
  }

  /// Checks that each event was handled once, and those of a key in order.
  private func expectOnce(_ count: Int, _ bench: TestBench) async throws {
    let counts = try await bench.state("counting", "counts")
    #expect(counts.count == count, "missing")
    #expect(counts.values.allSatisfy { $0 == "1" }, "twice")
    let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
    for key in 0..<20 {
      let numbers = try await state.records("counting", "sequence-k\(key)", as: Int.self).map(\.value)
      #expect(numbers == Array(stride(from: key, to: count, by: 20)), "k\(key)")
    }
  }

  @Test(
    "under a worker that is at work is put back, at once or when it matters, and that is said once; nothing is handled twice, left out, or out of order",
    arguments: ["0", "$", "middle", "ahead", "beyond"], [1, 8])
  func atWork(place: String, concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let lines = LoggedLines()
      let ids = try await bench.publish(events(0..<1500)).map(\.entryID.description)
      let places = ["middle": ids[100], "ahead": ids[1200], "beyond": "99999999999999-0"]
      try await bench.running([worker(bench, lines, concurrency: concurrency)]) {
        try await eventually("it is at work") { try await bench.state("counting", "counts").count > 200 }
        try await move(bench, to: places[place] ?? place)
        _ = try await bench.publish(events(1500..<2000))
        try await eventually("all is handled", within: .seconds(120)) {
          try await bench.state("counting", "counts").count == 2000
        }
        try await bench.settled("counting")
      }
      try await expectOnce(2000, bench)
      #expect(lines.all(Self.message).count == 1, "\(lines.all(" "))")
      #expect(lines.all("gone back").isEmpty)
    }
  }

  @Test(
    "under a worker that has nothing to do is put back when the lease is renewed, before something new comes",
    arguments: ["0", "middle", "beyond"])
  func idle(place: String) async throws {
    try await TestBench.run(shards: 1) { bench in
      let lines = LoggedLines()
      try await bench.running([worker(bench, lines)]) {
        let ids = try await bench.publish(events(0..<300)).map(\.entryID.description)
        try await bench.settled("counting")
        try await move(bench, to: ["middle": ids[100], "beyond": "99999999999999-0"][place] ?? place)
        _ = try await bench.publish(events(300..<310))
        try await eventually("it is said") { lines.contains(Self.message) }
        try await bench.settled("counting")
      }
      try await expectOnce(310, bench)
      #expect(lines.all(" ").count == 1, "\(lines.all(" "))")
    }
  }

  @Test(
    "while no worker runs is put back by the next that takes the shard, which says so; nothing that it has not handled is trimmed meanwhile",
    arguments: ["0", "$", "middle", "ahead"], [true, false])
  func alone(place: String, isHeldInBetween: Bool) async throws {
    try await TestBench.run(shards: 1) { bench in
      var ids = try await bench.publish(events(0..<1000)).map(\.entryID.description)
      try await bench.running([worker(bench, LoggedLines())]) { try await bench.settled("counting") }
      ids += try await bench.publish(events(1000..<2000)).map(\.entryID.description)
      try await move(bench, to: ["middle": ids[500], "ahead": ids[1500]][place] ?? place)
      let trimmed = try await Trimmer(namespace: bench.namespace, connection: bench.connection)
        .trim(shard: 0, Retention(maxEntries: 0))
      #expect(trimmed.removed <= 1000)
      if isHeldInBetween {
        // Maintenance puts it back, and leaves it to a worker to say so.
        let held = try await ShardRebuild.hold(
          "counting", shard: 0, run: RebuildRun(), namespace: bench.namespace, connection: bench.connection)
        #expect(held.progress.last.description == ids[999])
        try await held.release()
      }
      let lines = LoggedLines()
      try await bench.running([worker(bench, lines)]) {
        // A group at the end of the log has nothing left.
        try await eventually("it is said") { lines.contains(Self.message) }
        try await bench.settled("counting")
      }
      try await expectOnce(2000, bench)
      #expect(lines.all(" ").count == 1, "\(lines.all(" "))")
    }
  }

  @Test("is not said to have handled what it was moved past, while nobody has put it back")
  func movedPast() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.publish(events(0..<100))
      try await bench.running([worker(bench, LoggedLines())]) { try await bench.settled("counting") }
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      #expect(try await inspector.remaining(["counting"]).isEmpty)
      let ids = try await bench.publish(events(100..<130)).map(\.entryID)
      try await move(bench, to: "$")
      #expect(try await inspector.remaining(["counting"]).first?.lag ?? 0 > 0)
      let progress = try #require(try await inspector.progress(["counting"], shard: 0).first)
      #expect(ids.allSatisfy { progress.state(of: $0, in: Namespace.standardTopic) == .undelivered })
    }
  }

  @Test("gets back what somebody has acknowledged by hand, or removed with its consumer, of what was being handled")
  func acknowledgedByHand() async throws {
    try await TestBench.run(shards: 1) { bench in
      let name = bench.namespace.log(0)
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(20)
      // The tenth is settled; those before it are behind.
      var batch = log.batch([ids[9]], [Effects { $0.increment("counts", "9", by: 1) }])
      batch.position = ids[9]
      batch.open = 9
      _ = try await log.send(batch, number: 1)
      _ = try await bench.connection.call("XACK", name, "counting", ids[3].description, ids[15].description)
      _ = try await bench.connection.call("XCLAIM", name, "counting", "another", "0", ids[5].description)
      _ = try await bench.connection.call("XGROUP", "DELCONSUMER", name, "counting", "another")
      try await log.open()
      let pending = try await Inspector(namespace: bench.namespace, connection: bench.connection)
        .pending(service: "counting", limit: 100).map(\.entryID)
      // What comes after the hole is given out again.
      #expect(pending == Array(ids[..<9] + ids[10..<15]))
      let again = try await bench.connection.call("XREADGROUP", "GROUP", "counting", "by-hand", "STREAMS", name, ">")
      #expect(again.root[0][1].count == 5)
    }
  }
}
