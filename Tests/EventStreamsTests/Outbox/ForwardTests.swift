import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("What a commit publishes to other shards") struct ForwardTests {
  @Test("is left in the outbox, and gets to its shards once and in order, also if the commit is repeated")
  func once() async throws {
    try await TestBench.run(shards: 4) { bench in
      let it = try await OutboxBench(bench)
      let batch = it.log.batch(try await it.log.read(300), it.remarks(0..<300, to: 0, 1, 2))
      _ = try await it.log.send(batch, number: 1)
      // What is for its own shard is there with the commit.
      #expect(try await it.given(0) == Array(0..<300))
      #expect(try await it.given(1).isEmpty)
      let left = try await it.left()
      _ = try await it.log.send(batch, number: 1)
      #expect(try await it.left() == left && left == 4)
      await it.forward()
      for shard in 0..<3 { #expect(try await it.given(shard) == Array(0..<300)) }
      #expect(try await it.left() == 0)
    }
  }

  @Test("costs one that publishes nothing to others no command and no key")
  func free() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 0))
      await it.forward()
      let keys = try await bench.connection.strings(["KEYS", "*box*"])
      #expect(keys.isEmpty)
      let text = try await bench.connection.text("INFO", "commandstats")
      #expect(!text.contains("cmdstat_xdel"))
    }
  }

  @Test("is all there in the order of the effects: scheduled, cancelled, published, and on condition")
  func kinds() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      let (place, due) = (bench.place(in: 1), Timestamp.now() + .seconds(3600))
      func noted(_ number: Int) -> Noted { Noted("k", number, place: place) }
      let effects = Effects { effects in
        for number in 1...4 { effects.publish(noted(number), due: due) }
        effects.cancel("NOTED:k:1", shardKey: place)
        effects.publish(noted(1))
        effects.publish(noted(2))
        effects.when("h", "f", .isAbsent) {
          $0.publish(noted(5))
        } otherwise: {
          $0.publish(noted(6))
        }
        effects.when("h", "f", .equals("no")) { $0.cancel("NOTED:k:3", shardKey: place) }
        effects.publish(Noted("k 7 b", 7, place: place), id: "an id with blanks")
        // Not of that shard.
        effects.cancel("NOTED:k:4")
      }
      try await it.log.commit([effects])
      await it.forward()
      // What waits is not published: it was scheduled first.
      #expect(try await bench.logged(1).map(\.id) == ["NOTED:k:1", "NOTED:k:5", "an id with blanks"])
      #expect(try await Set(bench.waiting()) == ["NOTED:k:2", "NOTED:k:3", "NOTED:k:4"])
    }
  }

  @Test("comes once though the answer to who forwarded it was lost, and all that remembers events is forgotten")
  func notRemoved() async throws {
    try await TestBench.run(shards: 3) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<20, to: 1, 2))
      let before = try await it.moment(of: 0)
      await it.forward()
      // Died before it could remove what was forwarded; its successor comes when nobody remembers the events any more.
      try await it.goBack(to: before, of: 0)
      try await it.forget(1, 2)
      await it.forward()
      for shard in 1...2 { #expect(try await it.given(shard) == Array(0..<20)) }
      #expect(try await it.left() == 0)
      #expect(!it.lines.contains("went back"))
    }
  }

  @Test(
    "comes once if the server goes back to before it was forwarded, and to before it was committed",
    arguments: [true, false])
  func bothGoBack(isForgotten: Bool) async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      await it.forward()
      try await it.log.commit(it.remarks(10..<20, to: 1))
      let before = try await it.moment(of: 0, 1)
      await it.forward()
      try await it.goBack(to: before, of: 0, 1)
      if isForgotten { try await it.forget(1) }
      await it.forward()
      #expect(try await it.given(1) == Array(0..<20))
      #expect(try await it.left() == 0)
      #expect(!it.lines.contains("went back"))
    }
  }

  @Test("is not taken out of order by who has read the outbox before the server went back")
  func readBefore() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      let before = try await it.moment(of: 0, 1)
      await it.forward()
      try await it.log.commit(it.remarks(10..<20, to: 1))
      let outbox = try await it.read()
      try await it.goBack(to: before, of: 0, 1)
      // What it has read follows on what the shard has not got any more.
      let call = ForwardCall(
        namespace: bench.namespace, service: OutboxBench.service, shard: 0, target: 1, page: outbox.page,
        entries: outbox.page.entries, sent: outbox.sent[1] ?? .zero)
      #expect(try await bench.connection.call(call) == .zero)
      #expect(try await it.given(1).isEmpty)
      await it.forward()
      #expect(try await it.given(1) == Array(0..<10))
    }
  }

  @Test("comes once if its shard alone goes back: what it does anew is recognised, and that is said")
  func sourceGoesBack() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      await it.forward()
      let before = try await it.moment(of: 0)
      let ids = try await it.log.read(10)
      try await it.log.commit(it.remarks(10..<20, to: 1), ids: ids)
      await it.forward()
      try await it.goBack(to: before, of: 0)
      // The owner takes the shard anew, and does other commits, with more in them.
      let next = try await OutboxBench(bench)
      _ = try await next.log.send(
        next.log.batch(try await next.log.read(15), next.remarks(10..<25, to: 1)), number: 1)
      await next.forward()
      #expect(try await it.given(1) == Array(0..<25))
      #expect(next.lines.all("does not know of").count == 1)
      _ = try await next.log.send(next.log.batch(try await next.log.read(1), next.remarks(25..<26, to: 1)), number: 2)
      await next.forward()
      #expect(next.lines.all("does not know of").count == 1)
      #expect(try await it.given(1) == Array(0..<26))
    }
  }

  @Test("goes on if the shard that gets it alone goes back, and that is said once")
  func targetGoesBack() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      await it.forward()
      let before = try await it.moment(of: 1)
      try await it.log.commit(it.remarks(10..<20, to: 1))
      await it.forward()
      try await it.goBack(to: before, of: 1)
      for numbers in [20..<30, 30..<40] {
        try await it.log.commit(it.remarks(numbers, to: 1))
        await it.forward()
      }
      #expect(try await it.given(1) == Array(0..<10) + Array(20..<40))
      #expect(it.lines.all("what came since is lost there").count == 1)
    }
  }

  @Test("comes once if its shard goes back, and the epochs of its lease begin again before it is forwarded")
  func termsBeginAgain() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      let before = try await it.moment(of: 0)
      await it.forward()
      // As an owner of an epoch that nobody knows any more has left it.
      let inbox = bench.namespace.inbox(1)
      _ = try await bench.connection.call("HSET", inbox, "0 relay", "\(it.log.shard.epoch + 100)-5000000")
      try await it.goBack(to: before, of: 0)
      try await it.log.commit(it.remarks(10..<20, to: 1))
      let later = "\(it.log.shard.epoch + 1000)"
      _ = try await bench.connection.call("HSET", bench.namespace.lease(0, "relay"), "epoch", later)
      await it.forward()
      #expect(try await it.given(1) == Array(0..<20))
      #expect(try await it.left() == 0)
      #expect(it.lines.all("does not know of").count == 1)
    }
  }

  @Test("is left to the owner by who has read it before that, and nothing is said to have gone back")
  func readByAnother() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      let outbox = try await it.read()
      try await it.log.commit(it.remarks(10..<20, to: 1))
      let (earlier, _) = await it.forwarder()
      let call = ForwardCall(
        namespace: bench.namespace, service: OutboxBench.service, shard: 0, target: 1, page: outbox.page,
        entries: outbox.page.entries, sent: .zero)
      let before = try await it.moment(of: 0)
      await it.forward()
      #expect(try await earlier.has(call, bench.connection.call(call)) == false)
      // The owner has not removed it yet.
      try await it.goBack(to: before, of: 0)
      #expect(try await earlier.has(call, bench.connection.call(call)) == false)
      #expect(!it.lines.contains("went back"))
      #expect(try await it.given(1) == Array(0..<20))
    }
  }
}
