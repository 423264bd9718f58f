import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A sealed namespace") struct SealTests {
  private func succession(_ bench: TestBench) -> NamespaceSuccession {
    NamespaceSuccession(of: bench.namespace, on: bench.connection)
  }

  private func expectSealed(_ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("it was taken")
    } catch {
      #expect((error as? RedisError)?.isSealed == true, "\(error)")
    }
  }

  @Test(
    "takes nothing from outside, neither now nor later, and nothing of it is written; what its services publish it takes"
  )
  func outside() async throws {
    try await TestBench.run(shards: 1) { bench in
      let due = Timestamp(secondsSinceEpoch: 4_000_000_000)
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      let handled = try await log.read(1)
      _ = try await bench.publisher.publish(Noted("k", 2), id: "waits", due: due)
      try await succession(bench).seal()
      await expectSealed { _ = try await bench.publisher.publish(Noted("k", 3)) }
      await expectSealed { _ = try await bench.publisher.publish(Noted("k", 0)) }
      await expectSealed { _ = try await bench.publisher.publish(Noted("k", 4), due: due) }
      await expectSealed { _ = try await bench.publisher.cancel(["waits"]) }
      try await bench.makeDue()
      #expect(try await bench.moveDue().moved == 0)
      #expect(try await bench.waiting() == ["waits"])
      try await log.commit([Effects { $0.publish(Noted("k", 5)) }], ids: handled)
      #expect(try await bench.logged().map(\.id) == ["NOTED:k:0", "NOTED:k:5"])

      try await succession(bench).reopen()
      _ = try await bench.publisher.publish(Noted("k", 3))
      #expect(try await bench.moveDue().moved == 1)
      #expect(try await bench.logged().map(\.id) == ["NOTED:k:0", "NOTED:k:5", "NOTED:k:3", "waits"])
      let places = try await bench.logged().map(\.place)
      #expect(places == places.sorted())
    }
  }

  @Test("is closed when nothing in it waits for anybody, and then takes nothing from whomever, of whatever version")
  func closing() async throws {
    try await TestBench.run(shards: 2) { bench in
      let succession = succession(bench)
      #expect(try await succession.close(["any"]) == "it is not sealed")
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      _ = try await bench.publisher.publish(Noted("k", 1, place: bench.place(in: 0)))
      try await succession.seal()
      #expect(try await succession.close(["any"])?.contains("any has events of test:{0}:log:events to settle") == true)
      let read = try await log.read(of: Namespace.standardTopic)
      #expect(read.count == 1)
      #expect(try await succession.close(["any"])?.contains("to settle") == true, "it is pending")
      _ = try await bench.connection.call("XACK", bench.namespace.log(0), "any", "\(read[0])")
      for (key, left) in [
        (bench.namespace.outbox(1, "any"), "has events for other shards"),
        (bench.namespace.dead(1, "any"), "has dead letters"),
      ] {
        _ = try await bench.connection.call("XADD", key, "*", "a", "b")
        #expect(try await succession.close(["any"]) == "\(key) \(left)")
        _ = try await bench.connection.call("DEL", key)
      }
      // What was closed before is open to its services again.
      #expect(try await bench.connection.integer(["EXISTS", bench.namespace.clock(0)]) == 0)
      #expect(try await succession.close(["any"]) == nil)

      // As an earlier version's functions would, which know of no seal.
      _ = try await bench.connection.call("DEL", bench.namespace.sealed(0))
      await #expect(throws: RedisError.self) {
        _ = try await bench.publisher.publish(Noted("k", 9, place: bench.place(in: 0)))
      }
      #expect(try await bench.logged(0).count == 1)
    }
  }

  @Test(
    "is found as what has taken its place, by those who open it and by producers; those who knew it are told, and what is left can go"
  )
  func successor() async throws {
    try await TestBench.run(shards: 2) { bench in
      let succession = succession(bench)
      _ = try await bench.publisher.publish(Noted("k", 1))
      await #expect(throws: NamespaceSuccession.Refusal.self) { try await succession.removeRemains() }
      try await succession.seal()
      #expect(try await bench.publisher.reopened().publish([]).isEmpty)
      let made = try await succession.makeSuccessor(shardCount: 5, topics: ["events"])
      #expect(made == Namespace("test.2", shardCount: 5))
      #expect(try await Namespace.find("test", on: bench.connection) == bench.namespace)
      // Begun once more.
      _ = try await Publisher(namespace: made, connection: bench.connection).publish(Noted("k", 7))
      #expect(try await succession.makeSuccessor(shardCount: 4, topics: ["events"]).shardCount == 4)
      try await succession.complete()
      let found = try await Namespace.find("test", on: bench.connection)
      #expect(found == Namespace("test.2", shardCount: 4))
      #expect(try await Namespace.open("test", on: bench.connection) == found)
      await #expect(throws: NamespaceError.self) {
        try await Namespace.open("test", shardCount: 2, on: bench.connection)
      }
      let place = try await bench.publisher.reopened().publish(Noted("k", 2))
      #expect(place.shard == found?.shard(of: "here"))
      await #expect(throws: NamespaceSuccession.Refusal.self) { try await succession.reopen() }
      // No version before this one works with what is left.
      #expect(try await bench.connection.strings(["HMGET", bench.namespace.configuration, "format"]) == ["3"])

      try await succession.removeRemains()
      #expect(try await bench.connection.integer(["EXISTS", bench.namespace.log(0), bench.namespace.log(1)]) == 0)
      await expectSealed { _ = try await bench.publisher.publish(Noted("k", 3)) }
      #expect(try await Namespace.find("test", on: bench.connection) == found)
      #expect(NamespaceSuccession(of: made, on: bench.connection).successorName == "test.3")
    }
  }

  @Test("somebody else's namespace is not taken for what is being made, and two don't make it at once")
  func inTheWay() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await Namespace.open("test.2", shardCount: 1, on: bench.connection)
      await #expect(throws: NamespaceSuccession.Refusal.self) {
        try await self.succession(bench).makeSuccessor(shardCount: 4, topics: [])
      }
      #expect(try await Namespace.find("test.2", on: bench.connection)?.shardCount == 1)
      let one = self.succession(bench)
      let key = "\(bench.namespace.configuration):reshard"
      let left = try await one.alone { try await bench.connection.integer(["PTTL", key]) }
      #expect(left > 0)
      #expect(try await bench.connection.integer(["EXISTS", key]) == 0)
    }
  }
}
