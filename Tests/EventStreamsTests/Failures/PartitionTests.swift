import EventStreams
import EventStreamsOperations
import HiredisClient
import Logging
import RedisTestSupport
import Testing

@Suite("A master that goes on answering after its replica has taken its place") struct PartitionTests {
  /// Runs a test with a master, a replica that has what it has, and what leads producers and workers to one of them.
  private func apart(
    _ body: (_ old: RedisServer, _ new: RedisServer, SwallowingProxy, TestBench) async throws -> Void
  ) async throws {
    try await withRedis(arguments: ["--repl-diskless-sync-delay", "0"], tcp: true) { old in
      try await withRedis(arguments: ["--replicaof", "127.0.0.1", "\(try old.port)"]) { new in
        let onNew = Connection(new.url, options: ConnectionOptions(acceptsReplica: true))
        let namespace = try await Namespace.open("test", shardCount: 4, on: Connection(old.url))
        try await eventually("the replica has what the master has") {
          try await onNew.text("INFO", "replication").contains("master_link_status:up")
        }
        let proxy = try SwallowingProxy(old)
        defer { proxy.stop() }
        try await body(old, new, proxy, TestBench(server: new, connection: onNew, namespace: namespace))
      }
    }
  }

  private let events = (0..<2000).map { Noted("k\($0 % 50)", $0, place: "p\($0 % 50)") }

  /// Publishes events a few at a time until nothing is left or it is enough; what fails is tried again.
  ///
  /// - Returns: the numbers of those that were said to be published.
  private func publish(
    _ events: ArraySlice<Noted>, _ publisher: Publisher, isEnough: (_ refusals: Int) async throws -> Bool
  ) async throws -> [Int] {
    var (rest, told, refusals) = (events, [Int](), 0)
    while !rest.isEmpty, try await !isEnough(refusals) {
      do {
        _ = try await publisher.publish(rest.prefix(20).map { EncodedEvent($0) })
        told += rest.prefix(20).map(\.number)
        rest = rest.dropFirst(20)
      } catch is Unconfirmed {
        refusals += 1
      } catch let error as RedisError where error.isRetriable {
        await publisher.reset(after: error)
      }
    }
    return told
  }

  private func numbers(_ bench: TestBench) async throws -> [Int] {
    let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
    var numbers: [Int] = []
    for shard in bench.namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
        let text = String(decoding: entry.json, as: UTF8.self)
        let number = text.split(separator: "\"number\":").last.flatMap { Int($0.prefix(while: \.isNumber)) }
        numbers.append(try #require(number, "\(text)"))
      }
    }
    return numbers
  }

  @Test(
    "confirms nothing to those who want all replicas to have it: of what they were told nothing is lost, and all is there once"
  )
  func confirmed() async throws {
    try await apart { old, new, proxy, bench in
      let publisher = Publisher(
        namespace: bench.namespace, connection: Connection(proxy.url), acks: .all(within: .milliseconds(100)))
      var told = try await publish(events[..<500], publisher) { _ in false }
      #expect(told.count == 500)
      _ = try await bench.connection.call("REPLICAOF", "NO", "ONE")
      // It takes them, and nobody is told so.
      let length = try await Inspector(namespace: bench.namespace, connection: Connection(old.url)).length()
      told += try await publish(events[500...], publisher) { $0 == 3 }
      let after = try await Inspector(namespace: bench.namespace, connection: Connection(old.url)).length()
      #expect(after > length, "the old master did not take any")
      #expect(told.count == 500)

      let another = Publisher(namespace: bench.namespace, connection: Connection(new.url))
      #expect(Set(try await numbers(bench)).isSuperset(of: told))
      proxy.switchOver(to: new)
      _ = try await publish(events[500...], another) { _ in false }
      #expect(try await numbers(bench).sorted() == Array(0..<2000), "lost or twice")
    }
  }

  @Test(
    "loses what it took from all others, which is reported of each shard that a worker had read, and comes back when it is published again"
  )
  func unconfirmed() async throws {
    try await apart { old, new, proxy, bench in
      let lines = LoggedLines()
      let worker = Worker(
        WorkerTests.counting(), namespace: bench.namespace, redis: proxy.url,
        settings: bench.settings(lease: .seconds(1)),
        log: lines.logger(.critical))
      let onOld = TestBench(server: old, connection: Connection(old.url), namespace: bench.namespace)
      try await bench.running([worker]) {
        let publisher = Publisher(namespace: bench.namespace, connection: Connection(proxy.url))
        var told = try await publish(events[..<500], publisher) { _ in false }
        try await onOld.settled("counting")
        try await eventually("the replica has it") { try await numbers(bench).count == 500 }
        _ = try await bench.connection.call("REPLICAOF", "NO", "ONE")
        told += try await publish(events[500..<1500], publisher) { _ in false }
        #expect(told.count == 1500)
        try await onOld.settled("counting")
        let lost = Set(told).subtracting(try await numbers(bench))
        #expect(lost.count > 0)
        proxy.switchOver(to: new)
        let shards = Set(lost.map { bench.namespace.shard(of: "p\($0 % 50)") })
        try await eventually("it is reported of each") {
          try await Set(Inspector(namespace: bench.namespace, connection: bench.connection).rewinds().map(\.shard))
            == shards
        }
        for shard in bench.namespace.shards {
          let reports = lines.all("gone back to an earlier moment").filter { $0.contains("\"shard\": \(shard)") }
          #expect(reports.count == (shards.contains(shard) ? 1 : 0))
        }
        _ = try await publish(events[...], publisher) { _ in false }
        try await bench.settled("counting")
      }
      #expect(try await numbers(bench).sorted() == Array(0..<2000), "lost or twice")
      let counts = try await bench.state("counting", "counts")
      #expect(counts.values.compactMap { Int($0) }.reduce(0, +) == 2000)
    }
  }
}
