import Foundation
import HiredisClient
import Logging
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A server that goes back to an earlier moment", .serialized) struct RewindTests {
  /// `REWIND_EVENTS=200000` and so on for a long run, with longer gaps.
  private static let events = ProcessInfo.processInfo.environment["REWIND_EVENTS"].flatMap { Int($0) } ?? 6000
  private static let gaps =
    ProcessInfo.processInfo.environment["REWIND_EVENTS"] == nil ? [0, 50] : [0, 10, 50, 200, 1000]

  @Test(
    "because a replica that did not have all takes its place, has each effect once when the events are published again, and each shard that went back reported once",
    arguments: gaps, [1, 8])
  func failover(gap: Int, concurrency: Int) async throws {
    try await withRedis(arguments: ["--repl-diskless-sync-delay", "0"], tcp: true) { master in
      guard case .tcp(_, let port)? = master.tcpURL?.address else { return }
      try await withRedis(arguments: ["--replicaof", "127.0.0.1", "\(port)"]) { replica in
        try await switchOver(from: master, to: replica, gap: .milliseconds(gap), concurrency: concurrency)
      }
    }
  }

  private func switchOver(
    from master: RedisServer, to replica: RedisServer, gap: Duration, concurrency: Int
  ) async throws {
    let onMaster = Connection(master.url)
    let onReplica = Connection(replica.url, options: ConnectionOptions(acceptsReplica: true))
    let namespace = try await Namespace.open("test", shardCount: 4, on: onMaster)
    try await eventually("the replica has what the master has") {
      try await onReplica.text("INFO", "replication").contains("master_link_status:up")
    }
    let proxy = try SwallowingProxy(master)
    defer { proxy.stop() }
    let bench = TestBench(server: replica, connection: onReplica, namespace: namespace)
    let lines = LoggedLines()
    var service = EventService("counting", concurrency: concurrency)
    service.on(Noted.self) { event in
      Effects {
        $0.increment("counts", "\(event.data.number)", by: 1)
        $0.append(to: "sequence-\(event.key)", event.data.number)
        // To another shard, for most places.
        $0.publish(Remarked(event.key, event.data.number, place: "p\((event.data.number + 7) % 50)"))
      }
    }
    let worker = Worker(
      service, namespace: namespace, redis: proxy.url, settings: bench.settings(lease: .seconds(1)),
      log: lines.logger(.critical))
    let events = (0..<Self.events).map { Noted("k\($0 % 50)", $0, place: "p\($0 % 50)") }
    try await bench.running([worker]) {
      let publisher = Connection(proxy.url)
      let half = events.count / 2
      try await publish(events[..<half], namespace, publisher)
      try await eventually("it is in the middle") { try await onMaster.sum(of: namespace, "counts") > half / 2 }
      // The load goes on while the replica falls behind.
      async let more: Void = publish(events[half...], namespace, publisher)
      _ = try await onReplica.call("REPLICAOF", "NO", "ONE")
      let before = try await moments(of: namespace, onReplica)
      try await Task.sleep(for: gap)
      proxy.switchOver(to: replica)
      try await more
      let after = try await moments(of: namespace, onMaster)

      // What the replica did not have is published again; of the rest it says that it is there.
      try await publish(events[...], namespace, onReplica)
      try await bench.settled("counting")
      try await eventually("all is forwarded") {
        try await Inspector(namespace: namespace, connection: onReplica).unsent().isEmpty
      }
      for shard in namespace.shards {
        let reports = lines.all("gone back to an earlier moment").filter { $0.contains("\"shard\": \(shard)") }
        #expect(reports.count <= 1, "\(reports)")
        if after[shard].commits >= before[shard].commits + 2 {
          #expect(reports.count == 1, "shard \(shard): \(before[shard]) \(after[shard])")
        }
        if after[shard] == before[shard] { #expect(reports.isEmpty) }
      }
    }
    let counts = try await bench.state("counting", "counts")
    #expect(counts.count == events.count, "missing")
    #expect(counts.values.allSatisfy { $0 == "1" }, "twice")
    var remarks: [String] = []
    for shard in namespace.shards {
      remarks += try await bench.logged(shard).map(\.id).filter { $0.hasPrefix("REMARKED") }
    }
    #expect(Set(names: remarks).count == events.count, "a follow-up is missing")
    #expect(remarks.count == events.count, "a follow-up is there twice")
  }

  /// How far a shard has come.
  private struct Moment: Hashable {
    let commits: Int
    let position: String
    let delivered: EntryID?
  }

  private func moments(of namespace: Namespace, _ connection: Connection) async throws -> [Moment] {
    var moments: [Moment] = []
    for shard in namespace.shards {
      // A shard that has committed nothing has no position.
      let lease = [Identifier: String](
        alternating: try await connection.strings(["HGETALL", namespace.lease(shard, "counting")]))
      let status = try await Inspector(namespace: namespace, connection: connection).status().first {
        $0.shard == shard
      }
      moments.append(
        Moment(
          commits: lease["commit"].flatMap { Int($0) } ?? 0, position: lease["position"] ?? "",
          delivered: status?.lastDelivered))
    }
    return moments
  }

  /// Publishes events, and those again whose answer did not come.
  private func publish(_ events: ArraySlice<Noted>, _ namespace: Namespace, _ connection: Connection) async throws {
    let publisher = Publisher(namespace: namespace, connection: connection)
    var rest = events
    while !rest.isEmpty {
      do {
        _ = try await publisher.publish(rest.prefix(100).map { EncodedEvent($0) })
        rest = rest.dropFirst(100)
      } catch let error as RedisError where error.isRetriable || error.code == .functionMissing {
        // A replica may not have got the functions yet.
        await publisher.reset(after: error)
      }
    }
  }

  /// Has a worker handle a hundred events, and runs `body` while it goes on; by its end the server must have gone back once, and that
  /// have been reported once.
  ///
  /// - Parameter body: is given what the worker logs, and the key of its lease.
  private func whileIdle(_ body: (TestBench, LoggedLines, _ lease: String) async throws -> Void) async throws {
    try await TestBench.run(shards: 1) { bench in
      let lines = LoggedLines()
      let lease = bench.namespace.lease(0, "counting")
      let worker = Worker(
        WorkerTests.counting(), namespace: bench.namespace, redis: bench.server.url,
        settings: bench.settings(lease: .milliseconds(300)), log: lines.logger(.critical))
      try await bench.running([worker]) {
        _ = try await bench.publish((0..<100).map { Noted("k", $0) })
        try await bench.settled("counting")
        try await body(bench, lines, lease)
      }
      #expect(lines.all("gone back").count == 1, "\(lines.all("gone back"))")
    }
  }

  @Test("while nothing happens is noticed all the same, at the next renewal of the lease, and reported once")
  func idle() async throws {
    try await whileIdle { bench, lines, lease in
      let epoch = try await bench.connection.integer(["HGET", lease, "epoch"])
      // The log is longer than before, but the entry that was read last is not in it.
      let entries = try await Inspector(namespace: bench.namespace, connection: bench.connection)
        .entries(shard: 0, after: .zero, limit: 100)
      var commands = Commands()
      commands.append("MULTI")
      for entry in entries.dropLast() {
        commands.append("XADD", "{0}copy", entry.id.description, "event", String(decoding: entry.json, as: UTF8.self))
      }
      for _ in 0..<5 { commands.append("XADD", "{0}copy", "*", "event", "no JSON") }
      commands.append("XGROUP", "CREATE", "{0}copy", "counting", "$")
      commands.append("RENAME", "{0}copy", bench.namespace.log(0))
      commands.append("EXEC")
      try await bench.connection.send(commands).check()
      try await eventually("it says so") { lines.contains("gone back to an earlier moment") }
      for _ in 0..<3 {
        let seen = try await bench.connection.text("HGET", lease, "seen")
        try await eventually("it renews") { try await bench.connection.text("HGET", lease, "seen") != seen }
      }
      #expect(try await bench.connection.integer(["HGET", lease, "epoch"]) > epoch)
    }
  }

  @Test("has the number of a lease's last commit below what this worker was answered: reported, and taken anew")
  func lowerCommit() async throws {
    try await whileIdle { bench, lines, lease in
      _ = try await bench.connection.call("HSET", lease, "commit", "0")
      try await eventually("it says so") { lines.contains("gone back to an earlier moment") }
      _ = try await bench.publish((100..<200).map { Noted("k", $0) })
      try await bench.settled("counting")
      try await eventually("all is handled") { try await bench.state("counting", "counts") == ["k": "200"] }
    }
  }

  @Test(
    "has an epoch of a lease below the one that this worker has: reported once, though taking it anew tells the same")
  func lowerEpoch() async throws {
    try await whileIdle { bench, lines, lease in
      _ = try await bench.connection.call("HSET", lease, "epoch", "1", "commit", "0")
      try await eventually("it says so") { lines.contains("gone back to an earlier moment") }
      _ = try await bench.publish((100..<200).map { Noted("k", $0) })
      try await bench.settled("counting")
      #expect(lines.all("gone back to an earlier moment").count == 1)
    }
  }
}

extension Connection {
  /// The sum over all fields of a hash of the service `counting`, in all shards.
  fileprivate func sum(of namespace: Namespace, _ name: String) throws -> Int {
    var sum = 0
    for shard in namespace.shards {
      for value in try strings(["HVALS", namespace.state(shard, "counting", name)]) { sum += Int(value) ?? 0 }
    }
    return sum
  }
}
