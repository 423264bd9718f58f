import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("History, as users see it", .serialized) struct ReplayTests {
  private func archive(_ bench: SystemBench) -> String { bench.folder.appending(path: "archive.sqlite").path() }

  /// The JSON of every event, by shard, in the order of the log.
  private static func logs(_ server: RedisServer) async throws -> [[String]] {
    let connection = Connection(server.url)
    let namespace = try #require(try await Namespace.find("rides", on: connection))
    let inspector = Inspector(namespace: namespace, connection: connection)
    var logs: [[String]] = []
    for shard in namespace.shards {
      logs.append(
        try await inspector.entries(shard: shard, after: .zero, limit: 100_000).map {
          String(decoding: $0.json, as: UTF8.self)
        })
    }
    return logs
  }

  private func handled(_ bench: SystemBench, rides: Int) async throws {
    let workers = try ["payment", "rating", "notification", "analytics"].map { try bench.worker($0) }
    defer { workers.forEach { $0.stop() } }
    #expect(try await bench.rides("publish", "--simulate", "\(rides)", "--seed", "8").status == 0)
    let waited = try await bench.rides(
      "wait", "--timeout", "60s", "--service", "payment", "--service", "rating", "--service", "notification",
      "--service", "analytics")
    #expect(waited.status == 0, "\(waited.errors)")
  }

  @Test("what replay prints is all duplicates where it came from, and makes the same logs in an empty Redis")
  func again() async throws {
    try await SystemBench.run { bench in
      try await handled(bench, rides: 300)
      let before = try await Self.logs(bench.server)
      let replayed = try await bench.rides("replay", "--archive", archive(bench))
      #expect(replayed.status == 0, "\(replayed.errors)")
      let again = try await RidesProcess.run("publish", "--format", "json", redis: bench.url, input: replayed.output)
      let count = before.reduce(0) { $0 + $1.count }
      #expect(
        again.output.contains(#""published":0,"duplicates":\#(count),"different":0,"rejected":0"#), "\(again.output)")
      try await withRedis { other in
        let url = other.url.description
        let offline = try await bench.rides("replay", "--offline", "--archive", archive(bench))
        #expect(offline.output == replayed.output)
        let copied = try await RidesProcess.run("publish", "--format", "json", redis: url, input: offline.output)
        #expect(
          copied.output.contains(#""published":\#(count),"duplicates":0,"different":0,"rejected":0"#),
          "\(copied.output)")
        #expect(try await Self.logs(other) == before)
      }
      let some = try await bench.rides(
        "replay", "--archive", archive(bench), "--type", "PAYMENT_CAPTURED", "--type", "PAYMENT_FAILED", "--limit", "7")
      #expect(some.output.split(separator: "\n").count == 7)
      #expect(some.output.split(separator: "\n").allSatisfy { $0.contains(#""type":"PAYMENT_"#) })
      let unknown = try await bench.rides("replay", "--type", "RIDE_LOST")
      #expect(unknown.status == 64 && unknown.errors.contains("there is no event type 'RIDE_LOST'"))
    }
  }

  @Test("the archive is shown, verified and exported")
  func archiveCommands() async throws {
    try await SystemBench.run { bench in
      try await handled(bench, rides: 100)
      let status = try await bench.rides("archive", "status", "--archive", archive(bench), "--format", "json")
      #expect(status.output.contains(#""behind":0"#) && status.output.contains(#""headLink":"#), "\(status.output)")
      let unreachable = try await RidesProcess.run(
        "archive", "status", "--archive", archive(bench), redis: "redis://127.0.0.1:1")
      #expect(unreachable.status == 0 && unreachable.errors.contains("not compared with the log"))
      let good = try await bench.rides("archive", "verify", "--archive", archive(bench))
      #expect(good.status == 0 && good.output.contains("archive: all holds"), "\(good.output)")

      let csv = bench.folder.appending(path: "rides.csv")
      let exported = try await bench.rides(
        "archive", "export", "--archive", archive(bench), "--format", "csv", "--type", "RIDE_COMPLETED", "--output",
        csv.path())
      #expect(exported.status == 0, "\(exported.errors)")
      let lines = try String(contentsOf: csv, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 101)
      #expect(lines[0] == "shard,stream_id,recorded_at,id,type,key,happened_at,link,hash,event")
      #expect(lines[1].contains(#","{""id"":""RIDE_COMPLETED:"#))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: bench.folder.path()).allSatisfy { !$0.hasSuffix("partial") }
      )
      let ndjson = try await bench.rides("archive", "export", "--archive", archive(bench))
      let count = try await Self.logs(bench.server).reduce(0) { $0 + $1.count }
      #expect(ndjson.output.split(separator: "\n").count == count)
      #expect(ndjson.output.contains("tok_") && ndjson.output.contains("@example.com"))
      let masked = try await bench.rides("archive", "export", "--archive", archive(bench), "--without-personal")
      #expect(masked.output.split(separator: "\n").count == count)
      #expect(!masked.output.contains("tok_") && !masked.output.contains("@example.com"))

      let namespace = try await bench.namespace()
      let log = namespace.log(namespace.shard(of: "Paris"), RideTopics.rides)
      let entries = try await bench.connection.call("XRANGE", log, "-", "+")
      _ = try await bench.connection.call(
        "XDEL", log, try entries.root[entries.root.count - 1][0].string())
      let bad = try await bench.rides("archive", "verify", "--archive", archive(bench), "--format", "json")
      #expect(bad.status == 1 && bad.output.contains(#""kind":"notInLog""#), "\(bad.output)")
      #expect(try await bench.rides("archive", "verify", "--archive", archive(bench), "--offline").status == 0)
    }
  }

  @Test("a service that joins after trimming starts from the archive; kill -9 and a second replica change nothing")
  func joinsLater() async throws {
    try await SystemBench.run { bench in
      let count = 2500
      var workers = try ["payment", "analytics"].map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      #expect(try await bench.simulate(count, seed: 9).status == 0)
      func wait(_ services: String...) async throws {
        let result = try await bench.rides(
          "wait", "--timeout", "60s", "--service", services[0], "--service", services[1])
        #expect(result.status == 0, "\(result.errors)")
      }
      try await wait("payment", "analytics")
      try await bench.forgetAll(but: ["payment", "analytics"])
      #expect(try await bench.rides("trim", "--keep", "50").status == 0)
      let namespace = try await bench.namespace()
      #expect(try await bench.handled("payment") <= 5 * 50 * namespace.shardCount, "of each of its five topics")
      #expect(try await bench.simulate(count + 50, seed: 9).status == 0)

      // Two replicas, one after the other killed in the middle of the history.
      func inHistory() async throws -> Int { try await bench.status("driver").count { $0.historyPosition != nil } }
      workers.append(try bench.worker("driver", "--from", "start", "--name", "first"))
      try await eventually("the first is in the history") {
        let status = try await bench.status("driver")
        return status.contains { $0.historyPosition != nil } && status.contains { $0.historyPosition ?? .zero > .zero }
      }
      workers[2].crash()
      workers.append(try bench.worker("driver", "--from", "start", "--name", "second"))
      workers.append(try bench.worker("driver", "--from", "start", "--name", "third"))
      try await eventually("they go on") { try await bench.status("driver").contains { $0.owner == "second" } }
      workers[3].crash()
      try await wait("payment", "driver")
      #expect(try await inHistory() == 0)

      let state = ServiceState(namespace: namespace, connection: bench.connection)
      let clearing = try await AccountStatement.read(.clearing, from: state)
      #expect(clearing.balances.allSatisfy { $0.minorUnits == 0 })
      let earnings = clearing.lines.filter { $0.entry.amount.minorUnits < 0 }.map(\.entry.rideID)
      #expect(earnings.count == count + 50)
      #expect(Set(earnings) == Set(RideSimulator(seed: 9).prefix(count + 50).map(\.completed.event.rideID)))
    }
  }

  @Test("a service is not started from an archive that ends before the log begins")
  func refused() async throws {
    try await SystemBench.run { bench in
      try await handled(bench, rides: 100)
      try await bench.forgetAll(but: ["payment", "rating", "notification", "analytics"])
      #expect(try await bench.rides("trim", "--keep", "0").status == 0)
      try FileManager.default.removeItem(atPath: archive(bench))
      _ = try Archive(path: archive(bench), of: .rides)
      let result = try await bench.rides(
        "worker", "driver", "--from", "start", "--archive", archive(bench), "--log-level", "error")
      #expect(result.status == 1)
      #expect(result.errors.contains("events are missing") && result.errors.contains("--from now"), "\(result.errors)")
    }
  }

  @Test(
    "prints events of types that nobody knows so that they can be published again, in the same shard, byte for byte")
  func unknownTypes() async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.rides("publish", "--simulate", "5").status == 0)
      let namespace = try await bench.namespace()
      let gift = #"{"id":"GIFT:1","type":"GIFT","timestamp":"2026-04-03T10:30:00Z","key":"k","data":{"x":1.50}}"#
      _ = try await bench.connection.call("XADD", namespace.log(3), "*", "event", gift)
      _ = try await bench.connection.call("HSET", namespace.topics(3), Namespace.standardTopic, "")
      let replayed = try await bench.rides("replay")
      let copied = try await RidesProcess.run(
        "publish", "--namespace", "copy", redis: bench.url, input: replayed.output)
      #expect(copied.status == 0, "\(copied.errors)")
      for shard in namespace.shards {
        func events(_ log: String) async throws -> [String] {
          try await Inspector(namespace: Namespace(log, shardCount: 8), connection: bench.connection)
            .entries(shard: shard, after: .zero, limit: 100).map { String(decoding: $0.json, as: UTF8.self) }
        }
        #expect(try await events("copy") == events("rides"))
      }
      let again = try await RidesProcess.run("publish", "--format", "json", redis: bench.url, input: replayed.output)
      #expect(again.output.contains(#""published":1,"#), "the gift alone was never published")
    }
  }
}
