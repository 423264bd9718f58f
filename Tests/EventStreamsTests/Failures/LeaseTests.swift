import HiredisClient
import Logging
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A lease") struct LeaseTests {
  @Test("is kept by a handler that takes ten lease times, though another worker waits for it; it runs once")
  func slowHandler() async throws {
    try await TestBench.run(shards: 1) { bench in
      let runs = Mutex(0)
      var service = EventService("slow")
      service.on(Noted.self) { event in
        runs.withLock { $0 += 1 }
        try await Task.sleep(for: .seconds(10))
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      let lease = "test:{0}:lease:slow"
      let names = ["a", "b"]
      try await bench.running(names.map { bench.worker(service, bench.settings($0, lease: .seconds(1))) }) {
        _ = try await bench.publish([Noted("k", 0)])
        try await eventually("it runs") { runs.withLock { $0 } == 1 }
        let before = try await bench.connection.strings(["HMGET", lease, "owner", "epoch"])
        try await bench.settled("slow")
        #expect(try await bench.connection.strings(["HMGET", lease, "owner", "epoch"]) == before)
      }
      #expect(runs.withLock { $0 } == 1)
      #expect(try await bench.state("slow", "counts") == ["k": "1"])
    }
  }

  @Test(
    "is given back while events wait for their retries: none of them begins then, and none is counted as in flight for ever"
  )
  func givenBack() async throws {
    try await TestBench.run(shards: 8) { bench in
      let isOver = Mutex(false)
      var service = EventService(
        "flaky", concurrency: 8,
        retry: RetryPolicy(maxAttempts: .max, backoff: .init(base: .milliseconds(1), cap: .milliseconds(1))),
        breaker: .init(attempts: 20, minimumFailures: .max, minimumEvents: 5, probing: .standard))
      service.on(Noted.self) { event in
        if !isOver.withLock({ $0 }) { throw RetryLater(after: .zero, "not yet") }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      let lines = LoggedLines()
      let steady = Worker(
        service, namespace: bench.namespace, redis: bench.server.url, settings: bench.settings("steady"),
        log: lines.logger(.notice))
      try await bench.running([steady]) {
        _ = try await bench.publish((0..<40).map { Noted("k\($0)", $0, place: "p\($0)") })
        for round in 0..<10 {
          // It takes half of the shards, and gives them back.
          try await bench.running([bench.worker(service, bench.settings("passing-\(round)"))]) {
            try await eventually("the other has some") {
              try await Inspector(namespace: bench.namespace, connection: bench.connection).status()
                .count { $0.owner == "passing-\(round)" } == 4
            }
          }
        }
        isOver.withLock { $0 = true }
        try await bench.settled("flaky")
      }
      #expect(lines.all("draining").map { $0.contains("\"inFlight\": 0") } == [true], "\(lines.all("draining"))")
      #expect(
        try await bench.state("flaky", "counts") == Dictionary(uniqueKeysWithValues: (0..<40).map { ("k\($0)", "1") }))
    }
  }

  @Test(
    "is handed over at once, whatever waits for its turn: that stays pending, and the new owner handles it in order",
    arguments: [1, 2])
  func longQueue(concurrency: Int) async throws {
    try await TestBench.run(shards: 2) { bench in
      var service = EventService("slow", concurrency: concurrency)
      service.on(Noted.self) { event in
        try await Task.sleep(for: .milliseconds(30))
        return Effects { $0.append(to: "sequence", event.data.number) }
      }
      let shards = Set((0..<50).map { bench.namespace.shard(of: "p\($0)") })
      #expect(shards == [0, 1])
      _ = try await bench.publish((0..<400).map { Noted("k\($0 % 10)", $0, place: "p\($0 % 50)") })
      try await bench.running([bench.worker(service, bench.settings("first"))]) {
        try await eventually("it has all in flight") {
          let status = try await Inspector(namespace: bench.namespace, connection: bench.connection).status()
          return status.count { $0.owner == "first" && $0.lag == 0 && $0.pending > 0 } == 2
        }
        let began = ContinuousClock.now
        try await bench.running([bench.worker(service, bench.settings("second"))]) {
          try await eventually("the second has a shard") {
            try await Inspector(namespace: bench.namespace, connection: bench.connection).status().contains {
              $0.owner == "second"
            }
          }
          // What is there takes six seconds.
          #expect(ContinuousClock.now - began < .seconds(5))
          try await bench.settled("slow", within: .seconds(60))
        }
      }
      let sequence = try await ServiceState(namespace: bench.namespace, connection: bench.connection)
        .records("slow", "sequence", as: Int.self)
      #expect(sequence.count == 400)
      for shard in shards {
        let numbers = sequence.filter { $0.shard == shard }.map(\.value)
        for key in 0..<10 {
          let ofKey = numbers.filter { $0 % 10 == key }
          #expect(ofKey == ofKey.sorted())
        }
      }
    }
  }

  @Test("ends with the consumers of earlier owners deleted, but none that has anything pending")
  func consumers() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = bench.namespace.log(0)
      let ids = try await bench.publish((0..<20).map { Noted("k", $0) }).map(\.entryID)
      _ = try await bench.connection.call("XGROUP", "CREATE", log, "counting", "0")
      for consumer in ["dead", "idle"] {
        _ = try await bench.connection.call("XGROUP", "CREATECONSUMER", log, "counting", consumer)
      }
      _ = try await bench.connection.call("XREADGROUP", "GROUP", "counting", "dead", "STREAMS", log, ">")
      // A new owner that has come to the end, though something was left pending before it.
      let epoch = try #require(
        try await bench.connection.call(
          LeaseCall(
            action: .acquire, namespace: bench.namespace, shard: 0, subscription: Subscription("counting"),
            worker: "new", epoch: 0, timeToLive: .zero)
        ).epoch)
      let state = CommittedState(namespace: bench.namespace, service: "counting", connection: bench.connection)
      let atEnd = try await bench.connection.call(
        RecoverCall(
          namespace: bench.namespace, shard: OwnedShard(number: 0, epoch: epoch, reader: state), service: "counting",
          worker: "new", after: ids[19], count: 500, others: false))
      #expect(atEnd.entries.isEmpty && atEnd.last == nil)
      #expect(try await consumers(bench) == ["dead"])
      #expect(try await bench.connection.groups(of: log)["counting"]?.pending == 20)

      try await bench.running([bench.worker(WorkerTests.counting(), bench.settings("worker"))]) {
        try await bench.settled("counting")
        try await eventually("the dead one is deleted") { try await consumers(bench) == ["worker"] }
      }
      #expect(try await bench.state("counting", "counts") == ["k": "20"])
    }
  }

  @Test(
    "is taken over with the connection closed that its earlier owner reads with: that one may only have been paused")
  func reader() async throws {
    try await TestBench.run(shards: 1) { bench in
      let reading = Connection(bench.server.url)
      let client = try await reading.integer(["CLIENT", "ID"])
      _ = try await reading.call("CLIENT", "SETNAME", ReaderConnection.name(of: "paused"))
      _ = try await bench.connection.call(
        LeaseCall(
          action: .acquire, namespace: bench.namespace, shard: 0, subscription: Subscription("counting"),
          worker: "paused", epoch: 0, timeToLive: .zero, reader: client))
      try await bench.running([bench.worker(WorkerTests.counting(), bench.settings("worker"))]) {
        try await eventually("it is closed") {
          try await bench.connection.text("CLIENT", "LIST", "ID", "\(client)").isEmpty
        }
      }
    }
  }

  private func consumers(_ bench: TestBench) async throws -> [String] {
    try Self.names(await bench.connection.call("XINFO", "CONSUMERS", bench.namespace.log(0), "counting"))
  }

  private static func names(_ reply: borrowing Reply) throws -> [String] {
    var names: [String] = []
    for index in 0..<reply.root.count { names.append(try reply.root[index][field: "name"].string()) }
    return names
  }
}
