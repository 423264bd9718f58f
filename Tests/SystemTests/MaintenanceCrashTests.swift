import EventStreams
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

/// The program is killed after more and more of the bytes that it has to send: before, in the middle of and after each of its steps.
@Suite("When a rebuild or a restore is killed", .serialized) struct MaintenanceCrashTests {
  private static let rides = 100
  private static let seed: UInt64 = 12

  /// What was seen of each shard while the program ran, was killed, ran again and was done.
  private struct Rounds {
    var looks = 0
    /// Rounds after whose kill some shards were new and others old.
    var mixed = 0
    /// Rounds after whose kill something was left beside the live state.
    var withLeftovers = 0
    /// Rounds in which it was killed.
    var killed = 0
  }

  private func handled(_ bench: SystemBench) async throws {
    let workers = try RideServices.standard.names.map { try bench.worker($0) }
    defer { workers.forEach { $0.crash() } }
    #expect(try await bench.simulate(Self.rides, seed: Self.seed).status == 0)
    let waited = try await bench.rides("wait", "--timeout", "60s")
    #expect(waited.status == 0, "\(waited.errors)")
    workers.forEach { $0.stop() }
  }

  private func leftovers(_ bench: SystemBench) async throws -> [String] {
    try await bench.connection.strings(["KEYS", "*:rebuild:*"])
      + bench.connection.strings(["KEYS", "*:restore:*"])
  }

  /// Runs `arguments` again and again, killed after a growing part of what it sends, and then once more to its end.
  ///
  /// - Parameter begin: brings the old state about.
  private func sweep(
    _ arguments: [String], _ bench: SystemBench, _ digests: ShardDigests, rounds count: Int,
    _ begin: () async throws -> Void
  ) async throws -> Rounds {
    let proxy = try SwallowingProxy(bench.server)
    defer { proxy.stop() }
    try await begin()
    #expect(try await RidesProcess.run(all: arguments, redis: proxy.url.description).status == 0)
    let total = proxy.bytesFromClients
    var rounds = Rounds()
    for round in 1...count {
      try await begin()
      let old = try await digests.read()
      proxy.letThrough()
      proxy.swallow(afterBytes: total * round / (count + 1))
      let process = try RidesProcess(arguments, redis: proxy.url.description, isQuiet: true)
      var looks: [[String]] = []
      while process.isRunning, !proxy.hasReachedLimit { looks.append(try await digests.read()) }
      rounds.killed += process.isRunning ? 1 : 0
      process.crash()
      let left = try await leftovers(bench)
      looks.append(try await digests.read())

      let again = try await RidesProcess.run(all: arguments, redis: bench.url)
      #expect(again.status == 0, "round \(round): \(again.errors)")
      let new = try await digests.read()
      for shard in old.indices {
        let wrong = looks.map { $0[shard] }.first { ![old[shard], new[shard]].contains($0) }
        #expect(wrong == nil, "round \(round): shard \(shard) was neither old nor new")
      }
      #expect(old != new)
      #expect(try await leftovers(bench).isEmpty)
      rounds.looks += looks.count
      rounds.withLeftovers += left.isEmpty ? 0 : 1
      let renewed = zip(looks.last ?? [], old).count { $0 != $1 }
      rounds.mixed += renewed > 0 && renewed < old.count ? 1 : 0
    }
    return rounds
  }

  @Test(
    "each shard's state is the old or the new one at every moment, and running it again completes it",
    arguments: ["driver", "payment"])
  func rebuild(service: String) async throws {
    try await SystemBench.run { bench in
      try await handled(bench)
      let namespace = try await bench.namespace()
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let digests = ShardDigests(namespace, bench.connection, services: [service], withLog: false)
      let rounds = try await sweep(
        ["rebuild", service, "--apply", "--archive", archive], bench, digests, rounds: 9
      ) {
        // Each shard's state is spoiled in each way: something is wrong, something is missing, something is too much.
        for shard in namespace.shards {
          let balances = namespace.state(shard, service, "balances")
          for field in try await bench.connection.strings(["HKEYS", balances]).sorted().prefix(1) {
            _ = try await bench.connection.call("HINCRBY", balances, field, "7")
          }
          for key in try await bench.connection.strings(["KEYS", namespace.state(shard, service, "journals:*")])
            .sorted()
            .prefix(1)
          {
            _ = try await bench.connection.call("DEL", key)
          }
          _ = try await bench.connection.call("HSET", namespace.state(shard, service, "nobody"), "asked", "for this")
        }
      }
      #expect(rounds.killed >= 5 && rounds.mixed >= 2 && rounds.withLeftovers >= 2, "\(rounds)")
      #expect(rounds.looks > 24, "\(rounds)")
      try await goesOn(bench, archive)
    }
  }

  @Test("each shard is lost or restored at every moment, log and all state together, and running it again completes it")
  func restore() async throws {
    try await SystemBench.run { bench in
      try await handled(bench)
      let namespace = try await bench.namespace()
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let digests = ShardDigests(
        namespace, bench.connection, services: RideServices.standard.names.filter { $0 != "analytics" }, withLog: true)
      let rounds = try await sweep(
        ["restore", "--from-archive", archive, "--shards", "8"], bench, digests, rounds: 7
      ) {
        _ = try await bench.connection.call("FLUSHALL")
        // Published after the loss, and handled by nobody yet.
        #expect(try await bench.simulate(40, seed: 13).status == 0)
      }
      #expect(rounds.killed >= 6 && rounds.mixed >= 2 && rounds.withLeftovers >= 2, "\(rounds)")
      try await goesOn(bench, archive)
    }
  }

  /// The services go on, and all that was published has each of its effects once.
  private func goesOn(_ bench: SystemBench, _ archive: String) async throws {
    let workers = try RideServices.standard.names.map { try bench.worker($0) }
    defer { workers.forEach { $0.crash() } }
    let again = try await bench.simulate(Self.rides + 50, seed: Self.seed)
    #expect(again.status == 0, "\(again.errors)")
    let waited = try await bench.rides("wait", "--timeout", "60s")
    #expect(waited.status == 0, "\(waited.errors)")
    let audit = try await bench.rides("audit", "--archive", archive)
    #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
  }
}
