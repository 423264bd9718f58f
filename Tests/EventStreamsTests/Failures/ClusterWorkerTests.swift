import EventStreams
import EventStreamsOperations
import HiredisClient
import Logging
import RedisTestSupport
import Testing

@Suite("Workers of a cluster") struct ClusterWorkerTests {
  private var counting: EventService {
    var service = EventService("counting")
    service.on(Noted.self) { event in Effects { $0.increment("counts", event.data.key, by: 1) } }
    return service
  }

  @Test("go on with what other nodes have while a master is dead, and with all once it is there again")
  func deadMaster() async throws {
    try await ClusterServers.with(arguments: ["--appendonly", "yes", "--appendfsync", "always"]) { cluster in
      let bench = try await TestBench.on(cluster, shards: 9)
      let dead = ClusterServers.master(of: bench.namespace.log(0))
      let others = bench.namespace.shards.filter { ClusterServers.master(of: bench.namespace.log($0)) != dead }
      #expect(!others.isEmpty && others.count < 9)
      func publish(_ number: Int, into shards: some Sequence<Int>) async throws {
        _ = try await bench.publish(shards.map { Noted("key-\($0)", number, place: bench.place(in: $0)) })
      }
      func counts(are expected: Int, in shards: [Int]) async throws -> Bool {
        for shard in shards {
          let key = bench.namespace.state(shard, "counting", "counts")
          let reply = try await bench.connection.call("HGET", key, "key-\(shard)")
          guard try reply.root.optionalInteger() == expected else { return false }
        }
        return true
      }
      try await bench.running([bench.worker(counting), bench.worker(counting, bench.settings("worker-2"))]) {
        try await publish(1, into: bench.namespace.shards)
        try await eventually("all is handled") { try await counts(are: 1, in: Array(bench.namespace.shards)) }
        await cluster.masters[dead].kill()
        for number in 2..<6 {
          try await publish(number, into: others)
          try await eventually("what others have is handled", within: .seconds(20)) {
            try await counts(are: number, in: others)
          }
        }
        try await cluster.masters[dead].restart()
        try await eventually("it takes events again") {
          do {
            try await publish(6, into: bench.namespace.shards)
            return true
          } catch let error as RedisError where error.isRetriable {
            return false
          }
        }
        try await eventually("all is handled again") {
          let lost = bench.namespace.shards.filter { !others.contains($0) }
          guard try await counts(are: 6, in: others) else { return false }
          return try await counts(are: 2, in: lost)
        }
      }
      for status in try await Inspector(namespace: bench.namespace, connection: bench.connection).status() {
        #expect(status.pending == 0 && status.dead == 0)
      }
    }
  }

  @Test("have what one shard sends another arrive there, though that is on another node, and share the shards")
  func forwarding() async throws {
    try await ClusterServers.with { cluster in
      let bench = try await TestBench.on(cluster, shards: 6)
      let places = bench.namespace.shards.map { bench.place(in: $0) }
      var service = EventService("passing")
      service.on(Noted.self) { event in
        Effects { effects in
          effects.increment("counts", "all", by: 1)
          guard event.data.number > 0 else { return }
          let next = (places.firstIndex(of: event.data.place) ?? 0) + 1
          effects.publish(Noted("key", event.data.number - 1, place: places[next % places.count]))
        }
      }
      _ = try await bench.publish([Noted("key", 11, place: places[0])])
      try await bench.running([bench.worker(service), bench.worker(service, bench.settings("worker-2"))]) {
        try await eventually("it has been twice around") {
          var counts: [Int] = []
          for shard in bench.namespace.shards {
            let reply = try await bench.connection.call(
              "HGET", bench.namespace.state(shard, "passing", "counts"), "all")
            counts.append(try reply.root.optionalInteger() ?? 0)
          }
          return counts == [2, 2, 2, 2, 2, 2]
        }
        let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
        try await eventually("each has half") {
          let owners = try await inspector.status().map(\.owner)
          return Set(owners).count == 2 && owners.allSatisfy { owner in owners.count { $0 == owner } == 3 }
        }
      }
    }
  }

  /// How often a command was sent to the masters.
  private func calls(_ command: String, _ cluster: ClusterServers) async throws -> Int {
    var count = 0
    for master in cluster.masters {
      for line in try await ClusterServers.text("INFO", "commandstats", at: master).split(separator: "\r\n")
      where line.hasPrefix("cmdstat_\(command):calls=") {
        count += Int(line.dropFirst("cmdstat_\(command):calls=".count).prefix(while: \.isNumber)) ?? 0
      }
    }
    return count
  }

  @Test("are told by its nodes of what comes, and read nothing else; what cuts that off is noticed, and mended")
  func telling() async throws {
    try await ClusterServers.with { cluster in
      let shards = 24
      let bench = try await TestBench.on(cluster, shards: shards)
      let began = ContinuousClock.now
      var published = 0
      func one(_ shard: Int) async throws {
        _ = try await bench.publish([Noted("key", published, place: bench.place(in: shard))])
        published += 1
        try await eventually("it is handled") {
          try await bench.namespace.shards.asyncSum { try await count(bench, $0) } == published
        }
      }
      try await bench.running([bench.worker(counting)]) {
        for shard in bench.namespace.shards { try await one(shard) }
        let before = try await calls("xreadgroup", cluster)
        for _ in 0..<30 { try await one(7) }
        let reads = try await calls("xreadgroup", cluster) - before
        // Each time a few, and all every few seconds.
        let all = shards * (Int((ContinuousClock.now - began) / .seconds(5)) + 2)
        #expect(reads < 30 * 6 + all, "\(reads) reads for 30 events")

        for master in cluster.masters {
          let clients = try await ClusterServers.text("CLIENT", "LIST", at: master)
          for line in clients.split(separator: "\n") where line.contains(" name=watch:") {
            let id = line.split(separator: " ")[0].dropFirst("id=".count)
            _ = try await ClusterServers.text("CLIENT", "KILL", "ID", "\(id)", at: master)
          }
        }
        for shard in bench.namespace.shards { try await one(shard) }
        for master in cluster.masters {
          try await eventually("it listens again") {
            try await ClusterServers.text("CLIENT", "LIST", at: master).contains(" name=watch:")
          }
        }
      }
    }
  }

  private func count(_ bench: TestBench, _ shard: Int) async throws -> Int {
    let reply = try await bench.connection.call("HGET", bench.namespace.state(shard, "counting", "counts"), "key")
    return try reply.root.optionalInteger() ?? 0
  }

  @Test("ask for what comes where they may not be told", arguments: ["-subscribe", "-client|caching"])
  func asking(missing: String) async throws {
    try await ClusterServers.with { cluster in
      let bench = try await TestBench.on(cluster, shards: 6)
      for master in cluster.masters {
        _ = try await ClusterServers.text(
          "ACL", "SETUSER", "worker", "on", ">secret", "~*", "&*", "+@all", missing, at: master)
      }
      var user = cluster.url
      user.user = "worker"
      user.password = "secret"
      let worker = Worker(
        counting, namespace: bench.namespace, redis: user, settings: bench.settings(), log: LoggedLines().logger(.error)
      )
      try await bench.running([worker]) {
        for number in 1...3 {
          _ = try await bench.publish(bench.namespace.shards.map { Noted("key", number, place: bench.place(in: $0)) })
          try await eventually("all is handled") {
            try await bench.namespace.shards.asyncSum { try await count(bench, $0) } == number * 6
          }
        }
      }
    }
  }
}

extension Range<Int> {
  fileprivate func asyncSum(_ count: (Int) async throws -> Int) async rethrows -> Int {
    var sum = 0
    for number in self { sum += try await count(number) }
    return sum
  }
}
