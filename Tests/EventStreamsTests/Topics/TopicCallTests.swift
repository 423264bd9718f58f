import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("The calls for a shard of two topics") struct TopicCallTests {
  private static let (events, remarks) = (Namespace.standardTopic, Remarked.topic)
  private static let increment = Effects { $0.increment("counts", "all", by: 1) }

  /// A shard with a log, as a service owns it that wants both topics unless told otherwise.
  private func run(
    of topics: [String] = [events, remarks], _ body: (TestBench, CommitLog) async throws -> Void
  ) async throws {
    try await TestBench.run(shards: 1) { bench in
      try await body(bench, CommitLog(bench: bench, service: "both", topics: topics))
    }
  }

  /// Publishes events in one call, `n` for one of the standard topic and `r` for one of the other; returns their places.
  private func publish(_ text: String, from first: Int = 0, _ bench: TestBench) async throws -> [EntryID] {
    let events = text.enumerated().map { index, kind in
      kind == "n" ? EncodedEvent(Noted("k", first + index)) : EncodedEvent(Remarked("k", first + index))
    }
    return try await bench.publisher.publish(events).map(\.entryID)
  }

  /// A batch that settles entries by topic.
  private func batch(_ log: CommitLog, _ bench: TestBench, noted: [EntryID] = [], remarked: [EntryID] = [])
    -> CommitBatch
  {
    var batch = CommitBatch(shard: log.shard)
    for (topic, ids) in [noted, remarked].enumerated() {
      for id in ids {
        batch.acknowledge(
          log.delivery(id, topic: topic), Self.increment, prefix: bench.namespace.state(0, "both", ""))
      }
    }
    batch.position = batch.lastSettled
    return batch
  }

  private func expectRefusal(
    _ prefix: Substring, _ bench: TestBench, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
  ) async throws {
    await #expect(sourceLocation: sourceLocation) {
      try await body()
    } throws: {
      ($0 as? RedisError)?.prefix == prefix
    }
    #expect(try await bench.state("both", "counts").isEmpty, sourceLocation: sourceLocation)
  }

  @Test(
    "take it from whoever reads all topics when one comes that it does not know: it commits nothing beyond that one")
  func newTopic() async throws {
    try await run(of: [Namespace.allTopics]) { bench, log in
      try await log.open()
      let first = try await publish("nn", bench)
      try await log.open()
      #expect(try await log.read(of: Self.events) == first)
      let (remark, later) = try await (publish("r", bench)[0], publish("n", from: 2, bench)[0])
      #expect(try await log.read(of: Self.events) == [later])
      try await expectRefusal("FENCED", bench) {
        _ = try await log.send(batch(log, bench, noted: first + [later]), number: 1)
      }
      #expect(try await log.open().topics.contains(Self.remarks))
      #expect(try await log.recover().map(\.entryID) == first)
      #expect(try await log.read(of: Self.events, Self.remarks) == [remark, later])
    }
  }

  @Test("give a service that comes to want a topic what stands in it after the service's position, and nothing before")
  func wantedLater() async throws {
    try await run(of: [Self.events]) { bench, log in
      try await log.open()
      let ids = try await publish("rnrn", bench)
      _ = try await log.read(of: Self.events, count: 1)
      _ = try await log.send(batch(log, bench, noted: [ids[1]]), number: 1)
      for topics in [[Self.events, Self.remarks], [Namespace.allTopics]] {
        let later = CommitLog(bench: bench, service: "both", topics: topics)
        let answer = try await later.open()
        #expect(answer.restoredAfter == nil && answer.shift == nil && answer.delivered == ids[1])
        #expect(try await later.read(of: Self.remarks) == [ids[2]])
        _ = try await bench.connection.call("XGROUP", "DESTROY", bench.namespace.log(0, Self.remarks), "both")
        _ = try await bench.connection.call("HSET", bench.namespace.lease(0, "both"), "topics", Self.events)
      }
    }
  }

  @Test("hand out what is pending of both in the order of the log, page by page")
  func recovery() async throws {
    try await run { bench, log in
      try await log.open()
      let ids = try await publish("nrrnnrnr", bench)
      #expect(try await log.read(of: Self.events, Self.remarks) == ids)
      try await log.open()
      var (found, after): ([RecoverCall.Entry], EntryID) = ([], .zero)
      while true {
        let page = try await log.recover(after: after, count: 3)
        guard let last = page.last else { break }
        found += page
        after = last.entryID
      }
      #expect(found.map(\.entryID) == ids)
      #expect(found.map { $0.topic == Self.events ? "n" : "r" }.joined() == "nrrnnrnr")
    }
  }

  @Test(
    "hand out nothing that stands behind what was not given out, in whichever topic; whoever takes the shard then is given it in order",
    arguments: ["rnr", "rrr"])
  func hole(text: String) async throws {
    try await run { bench, log in
      try await log.open()
      let ids = try await publish(text, bench)
      // A read that was on its way arrives after the shard was taken anew.
      try await log.open()
      if text == "rnr" {
        try await log.read(of: Self.remarks)
      } else {
        try await log.read(of: Self.remarks, count: 1)
        _ = try await bench.connection.call(
          "XGROUP", "SETID", bench.namespace.log(0, Self.remarks), "both", ids[1].description)
        try await log.read(of: Self.remarks)
      }
      await #expect { _ = try await log.recover() } throws: { ($0 as? RedisError)?.prefix == "SHIFTED" }
      #expect(try await log.open().delivered == ids[0])
      #expect(try await log.recover().map(\.entryID) == [ids[0]])
      #expect(try await log.read(of: Self.events, Self.remarks) == Array(ids[1...]))
    }
  }

  @Test("refuse a commit that passes over what a topic did not give out, between two entries or after the last one")
  func seam() async throws {
    try await run { bench, log in
      try await log.open()
      let ids = try await publish("rnr", bench)
      _ = try await bench.connection.call(
        "XGROUP", "SETID", bench.namespace.log(0, Self.events), "both", ids[1].description)
      #expect(try await log.read(of: Self.events, Self.remarks) == [ids[0], ids[2]])
      var passing = batch(log, bench, remarked: [ids[0], ids[2]])
      // As they come of what was read.
      var (noted, remarked) = (TopicSeams(from: .zero), TopicSeams(from: .zero))
      remarked.add(first: ids[0], through: ids[2])
      for (topic, seams) in [noted.take(through: ids[2]), remarked.take(through: ids[2])].enumerated() {
        passing.seams += seams.map { CommitBatch.Seam(topic: topic, after: $0.after, before: $0.before) }
      }
      try await expectRefusal("SHIFTED", bench) { _ = try await log.send(passing, number: 1) }
    }
  }

  @Test("refuse a commit up to whose position less is pending than its owner has left: the server went back")
  func fewerOpen() async throws {
    try await run { bench, log in
      try await log.open()
      let ids = try await publish("nnr", bench)
      #expect(try await log.read(of: Self.events, Self.remarks) == ids)
      // As a server that went back to the moment before the second was delivered.
      let events = bench.namespace.log(0, Self.events)
      _ = try await bench.connection.call("XACK", events, "both", ids[1].description)
      _ = try await bench.connection.call("XGROUP", "SETID", events, "both", ids[0].description)
      var passing = batch(log, bench, noted: [ids[0]], remarked: [ids[2]])
      passing.open = 1
      try await expectRefusal("REWOUND", bench) { _ = try await log.send(passing, number: 1) }
      // All of it is given out again, in order.
      try await log.open()
      #expect(try await log.recover().map(\.entryID) == [ids[0]])
      #expect(try await log.read(of: Self.events, Self.remarks) == Array(ids[1...]))
    }
  }

  @Test("refuse a commit up to whose position more is pending than its owner has left: it was given out by other hands")
  func moreOpen() async throws {
    try await run { bench, log in
      try await log.open()
      let ids = try await publish("nnr", bench)
      #expect(try await log.read(of: Self.events, Self.remarks) == ids)
      let passing = batch(log, bench, noted: [ids[0]], remarked: [ids[2]])
      try await expectRefusal("SHIFTED", bench) { _ = try await log.send(passing, number: 1) }
      var honest = passing
      honest.open = 1
      #expect(try await log.send(honest, number: 1).acknowledged == 2)
    }
  }

  @Test(
    "refuse a commit whose position passes over a topic that has lost its group, also one that it settles nothing of")
  func lostGroup() async throws {
    try await run { bench, log in
      try await log.open()
      let ids = try await publish("rn", bench)
      #expect(try await log.read(of: Self.events, Self.remarks) == ids)
      _ = try await bench.connection.call("XGROUP", "DESTROY", bench.namespace.log(0, Self.remarks), "both")
      var passing = batch(log, bench, noted: [ids[1]])
      passing.open = 1
      try await expectRefusal("FENCED", bench) { _ = try await log.send(passing, number: 1) }
    }
  }

  @Test("give entries ids after all that either topic has, also where the clock was lost, or hands have added to one")
  func ids() async throws {
    try await TestBench.run(shards: 1) { bench in
      var ids = try await publish("n", bench)
      // As far ahead as no clock comes meanwhile.
      let ahead = EntryID(milliseconds: ids[0].milliseconds + 86_400_000, sequence: 1)
      let (log, clock) = (bench.namespace.log(0), bench.namespace.clock(0))
      ids.append(ahead)
      _ = try await bench.connection.call("XADD", log, ahead.description, "event", "by hand")
      ids += try await publish("n", from: 1, bench)
      ids += try await publish("r", from: 2, bench)
      ids += try await publish("n", from: 3, bench)
      _ = try await bench.connection.call("DEL", clock)
      ids += try await publish("r", from: 4, bench)
      ids += try await publish("n", from: 5, bench)
      #expect(ids == Set(ids).sorted())
      // What is added by hand has ids of its own.
      #expect(ids.allSatisfy { $0 == ahead || $0.sequence % 2 == 0 })
      #expect(try await bench.connection.text("GET", clock) == ids.last?.description)
    }
  }

  @Test("publish again what a topic has lost from its end, however far the others have come")
  func lostEnd() async throws {
    try await TestBench.run(shards: 1) { bench in
      let remarks = bench.namespace.log(0, Self.remarks)
      let ids = try await publish("rr", bench)
      _ = try await publish("n", from: 2, bench)
      // The first is there again; a group stands where somebody has moved it.
      _ = try await bench.connection.call("DEL", remarks)
      let json = String(decoding: EncodedEvent(Remarked("k", 0)).json, as: UTF8.self)
      _ = try await bench.connection.call("XADD", remarks, ids[0].description, "event", json)
      _ = try await bench.connection.call("XGROUP", "CREATE", remarks, "moved", "99999999999999-0")
      let again = try await bench.publisher.publish([Remarked("k", 0), Remarked("k", 1)].map { EncodedEvent($0) })
      #expect(again.map(\.isDuplicate) == [true, false])
    }
  }

  @Test(
    "take what is not in a topic any more for handled as soon as those have come to it that are delivered the topic")
  func trimmed() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (log, remarks) = (bench.namespace.log(0), bench.namespace.log(0, Self.remarks))
      _ = try await publish("nrn", bench)
      _ = try await bench.connection.call("XGROUP", "CREATE", log, "behind", "0")
      _ = try await bench.connection.call("XGROUP", "CREATE", remarks, "there", "$")
      _ = try await bench.connection.call("XTRIM", remarks, "MAXLEN", "0")
      _ = try await bench.connection.call("XTRIM", log, "MAXLEN", "1")
      let again = try await bench.publisher.publish([EncodedEvent(Noted("k", 0)), EncodedEvent(Remarked("k", 1))])
      #expect(again.map(\.isDuplicate) == [false, true])
    }
  }

  @Test("see a topic that came while they asked about the others, and ask about all of them at one moment")
  func comingMeanwhile() async throws {
    try await TestBench.run(shards: 2) { bench in
      let namespace = bench.namespace
      _ = try await bench.publish((0..<20).map { Noted("k", $0, place: "\($0)") })
      var rounds = 0
      let seen = try await bench.inspector.topics.topicwise([0, 1]) { shard, topic, commands in
        // The answers about the first shard are not looked at.
        if shard == 0 {
          rounds += 1
          commands.append("HSET", namespace.topics(1), "late", "")
          commands.append("XADD", namespace.log(1, "late"), "*", "event", "{}")
        } else {
          commands.append("XLEN", namespace.log(shard, topic))
        }
      } read: { shard, topics, answers, first in
        try shard == 0 ? [] : topics.indices.map { try answers[first + $0].integer() }
      }
      let late = try #require(try await namespace.topics(on: bench.connection)[1].firstIndex(of: "late"))
      #expect(rounds >= 2 && seen[1].indices.contains(late) && seen[1][late] >= 1)
    }
  }
}
