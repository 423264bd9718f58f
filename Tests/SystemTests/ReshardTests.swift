import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("rides reshard", .serialized) struct ReshardTests {
  private func archive(_ bench: SystemBench, _ name: String = "archive") -> String {
    bench.folder.appending(path: "\(name).sqlite").path()
  }

  private func workers(_ bench: SystemBench, _ archive: String) throws -> [RidesProcess] {
    try RideServices.standard.names.map { service in
      try RidesProcess(
        [
          "worker", service, "--create", "--lease-time", "1s", "--archive", archive, "--outbox",
          bench.folder.appending(path: "outbox").path(),
        ], redis: bench.url, isQuiet: true)
    }
  }

  private func reshard(_ bench: SystemBench, _ shards: Int, from: String, to: String) -> [String] {
    ["reshard", "--shards", "\(shards)", "--archive", from, "--new-archive", to, "--timeout", "60s"]
  }

  /// Of each key its events in their order, as an archive has them; each must be in one shard.
  private func orders(_ path: String) async throws -> [Identifier: [String]] {
    let reader = try await ArchiveReader.open(path: path, of: .rides)
    var orders: [Identifier: [String]] = [:]
    var shards: [Identifier: Int] = [:]
    for shard in try await reader.shards() {
      var history = ShardHistory(of: .rides, shard: shard, inspector: nil, archive: reader)
      while let event = try await history.nextEvent() {
        guard let header = event.header, !["RIDES_CLOSED", "RECORDS_REMOVED"].contains(header.type.rawValue) else {
          continue
        }
        // A driver's rides in two cities are two keys' to the order.
        let city = String(decoding: event.json, as: UTF8.self).firstMatch(of: /"city":"([^"]*)"/)?.output.1 ?? ""
        let key = Identifier("\(header.key) \(city)")
        orders[key, default: []].append(header.id)
        #expect(shards.updateValue(shard, forKey: key) ?? shard == shard, "\(key.text) is in two shards")
      }
    }
    return orders
  }

  private func expectAudit(_ bench: SystemBench, _ archive: String, _ when: String) async throws {
    let audited = try await bench.rides("audit", "--archive", archive)
    #expect(audited.status == 0, "\(when): \(audited.output)\(audited.errors)")
    let verified = try await bench.rides("archive", "verify", "--archive", archive)
    #expect(verified.status == 0, "\(when): \(verified.output)\(verified.errors)")
  }

  @Test(
    "from 8 shards to 64 and back: the same balances, order and what waits; what was published is known, and services go on"
  )
  func thereAndBack() async throws {
    try await SystemBench.run { bench in
      var running = try workers(bench, archive(bench))
      defer { for worker in running { worker.crash() } }
      #expect(try await bench.simulate(300, seed: 5).status == 0)
      let later = try await bench.rides("publish", "--simulate", "3", "--seed", "9", "--due", "+2h")
      #expect(later.status == 0, "\(later.errors)")
      #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
      let balances = try await bench.rides("trial-balance", "--accounts").output
      let waiting = try await bench.rides("scheduled", "list").output.split(separator: "\n").count
      let wide = archive(bench, "archive-64")
      let split = try await bench.rides(reshard(bench, 64, from: archive(bench), to: wide))
      #expect(split.status == 0, "\(split.errors)")
      for worker in running { #expect(try await worker.stopWhenDone() == 75) }
      running = []
      #expect(try await bench.namespace() == Namespace("rides.2", shardCount: 64))
      try await expectAudit(bench, wide, "in 64")
      #expect(try await bench.rides("trial-balance", "--accounts").output == balances)
      #expect(try await bench.rides("scheduled", "list").output.split(separator: "\n").count == waiting)
      #expect(try await orders(wide) == orders(archive(bench)))
      let again = try await bench.simulate(300, seed: 5)
      #expect(again.output.hasPrefix("published 0 events"), "\(again.output)\(again.errors)")
      #expect(try await bench.rides("reshard", "--remove-remains", "rides").status == 0)

      running = try workers(bench, wide)
      #expect(try await bench.simulate(100, seed: 20).status == 0)
      let waited = try await bench.rides("wait", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      try await expectAudit(bench, wide, "gone on with 64")

      let narrow = archive(bench, "archive-8")
      let more = try await bench.rides("trial-balance", "--accounts").output
      let joined = try await bench.rides(reshard(bench, 8, from: wide, to: narrow))
      #expect(joined.status == 0, "\(joined.errors)")
      for worker in running { #expect(try await worker.stopWhenDone() == 75) }
      running = []
      #expect(try await bench.namespace() == Namespace("rides.3", shardCount: 8))
      try await expectAudit(bench, narrow, "back in 8")
      #expect(try await bench.rides("trial-balance", "--accounts").output == more)
      #expect(try await orders(narrow) == orders(wide))
    }
  }

  @Test("while events are published, their producer waits and goes on by itself: none is lost, and none is there twice")
  func underLoad() async throws {
    try await SystemBench.run { bench in
      var running = try workers(bench, archive(bench))
      defer { for worker in running { worker.crash() } }
      #expect(try await bench.rides("publish", "--simulate", "0", "--shards", "8").status == 0)
      let rides = 1500
      async let published = bench.rides(
        "publish", "--simulate", "\(rides)", "--rate", "300", "--retry-for", "120s", "--format", "json")
      try await eventually("it is in the middle") { try await bench.handled("payment") > 300 }
      let to = archive(bench, "archive-2")
      let result = try await bench.rides(reshard(bench, 32, from: archive(bench), to: to))
      #expect(result.status == 0, "\(result.errors)")
      for worker in running { #expect(try await worker.stopWhenDone() == 75) }
      running = try workers(bench, to)
      let publication = try await published
      #expect(publication.status == 0, "\(publication.errors)")
      let waited = try await bench.rides("wait", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      try await expectAudit(bench, to, "after all")
      let counts = try await Archive(path: to, of: .rides).counts()
      #expect(counts["RIDE_COMPLETED"] == rides)
    }
  }

  @Test(
    "killed after more and more of what it sends, and run again, it comes to the same; called off, the namespace goes on as it was"
  )
  func killed() async throws {
    try await SystemBench.run { bench in
      let proxy = try SwallowingProxy(bench.server)
      defer { proxy.stop() }
      var running = try workers(bench, archive(bench))
      defer { for worker in running { worker.crash() } }
      #expect(try await bench.simulate(60, seed: 3).status == 0)
      #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
      let balances = try await bench.rides("trial-balance", "--accounts").output
      var total = 0
      var from = archive(bench)
      var killed = 0
      // The first is let be, and tells how much one sends; of the others so many eighths get through.
      for (round, part) in [8, 1, 3, 3, 7].enumerated() {
        let shards = round % 2 == 0 ? 16 : 8
        let to = archive(bench, "archive-\(round)")
        let arguments = reshard(bench, shards, from: from, to: to)
        proxy.letThrough()
        let before = proxy.bytesFromClients
        if round > 0 { proxy.swallow(afterBytes: total * part / 8) }
        let process = try RidesProcess(arguments, redis: proxy.url.description, isQuiet: true)
        try await eventually("it has come that far, or to its end", within: .seconds(90)) {
          !process.isRunning || proxy.hasReachedLimit
        }
        killed += process.isRunning ? 1 : 0
        process.crash()
        if round == 0 { total = proxy.bytesFromClients - before }
        if round == 2 {
          try await bench.rides(["reshard", "--cancel"]).expectSuccess()
          #expect(try await bench.simulate(5, seed: 77).status == 0, "it goes on")
          #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
        }
        if try await bench.namespace().shardCount != shards {
          let fresh = round == 2 ? archive(bench, "archive-\(round)-again") : to
          let again = try await bench.rides(reshard(bench, shards, from: from, to: fresh))
          #expect(again.status == 0, "round \(round): \(again.errors)")
          from = fresh
        } else {
          from = to
        }
        for worker in running { #expect(try await worker.stopWhenDone() == 75) }
        try await expectAudit(bench, from, "round \(round)")
        if round < 2 { #expect(try await bench.rides("trial-balance", "--accounts").output == balances) }
        running = try workers(bench, from)
        let waited = try await bench.rides("wait", "--timeout", "60s")
        #expect(waited.status == 0, "\(waited.errors)")
      }
      #expect(killed >= 3)
    }
  }

  @Test("is refused with what to do first, and nothing is changed")
  func refusals() async throws {
    try await SystemBench.run { bench in
      let running = try workers(bench, archive(bench))
      defer { for worker in running { worker.crash() } }
      #expect(try await bench.simulate(20, seed: 3).status == 0)
      #expect(try await bench.rides("wait", "--timeout", "60s").status == 0)
      let to = archive(bench, "new")

      #expect(try await bench.rides("pause", "driver", "--for", "10m", "--reason", "a test").status == 0)
      let paused = try await bench.rides(reshard(bench, 16, from: archive(bench), to: to))
      #expect(paused.status == 1)
      #expect(paused.errors.contains("rides resume driver"), "\(paused.errors)")
      #expect(try await bench.rides("resume", "driver").status == 0)

      _ = try Archive(path: archive(bench, "other"), of: .rides)
      let other = try await bench.rides(reshard(bench, 16, from: archive(bench, "other"), to: to))
      #expect(other.status == 1)
      #expect(other.errors.contains("is not the archive that analytics stores into"), "\(other.errors)")

      // One that was sealed by a run that was killed goes on, whatever is wrong with the next.
      let namespace = try await bench.namespace()
      let succession = NamespaceSuccession(of: namespace, on: bench.connection)
      try await succession.seal()
      let unmade = try await bench.rides(reshard(bench, 16, from: archive(bench), to: archive(bench) + "/new.sqlite"))
      #expect(unmade.status != 0)
      #expect(unmade.errors.contains("cannot make the folder"), "\(unmade.errors)")
      #expect(try await !succession.isSealed())

      _ = try await bench.connection.call("XADD", namespace.log(0, "rides"), "*", "event", "no event")
      try await eventually("it is dead") {
        try await bench.status("payment").contains { $0.dead > 0 }
      }
      let dead = try await bench.rides(reshard(bench, 16, from: archive(bench), to: to))
      #expect(dead.status == 1)
      #expect(dead.errors.contains("redrive or discard them first"), "\(dead.errors)")
      for service in ["payment", "driver", "rating", "surge", "notification"] {
        _ = try await bench.rides("dead", "discard", service, "--all", "--yes")
      }
      // What was discarded stays so.
      let discarded = try await bench.rides(reshard(bench, 16, from: archive(bench), to: to))
      #expect(discarded.status == 0, "\(discarded.errors)")
      try await expectAudit(bench, to, "with what was discarded")
    }
  }
}

extension TestProgram.Run {
  fileprivate func expectSuccess() { #expect(status == 0, "\(output)\(errors)") }
}
