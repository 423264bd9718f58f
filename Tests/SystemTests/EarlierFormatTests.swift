import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

/// A namespace as the last version before topics left it. `Fixtures/Format1/make` has made it, with a release build of commit 7e4f66e:
///
///     swift build -c release && Tests/SystemTests/Fixtures/Format1/make .build/release/rides
///
/// It publishes rides in four cities (`rides publish`), moves money and corrects fares (`rides account`, `adjust`, `refund`), rates, has what is
/// wrong refused and discarded (`rides dead discard`), schedules, cancels, publishes again two days later, trims, and keeps the server's
/// data, the archive, and what `rides rebuild SERVICE --format json` says of each service's state.
@Suite("A namespace of format 1") struct EarlierFormatTests {
  private static let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/Format1")

  /// A server that has it, and a folder with its archive where one usually is.
  private struct Bench {
    let server: RedisServer
    let connection: Connection
    let folder: URL

    static func run(_ body: (Bench) async throws -> Void) async throws {
      try await withRedis { server in
        let fixture = EarlierFormatTests.fixture
        let data = URL(fileURLWithPath: server.folder).appending(path: "dump.rdb")
        try FileManager.default.copyItem(at: fixture.appending(path: "dump.rdb"), to: data)
        try await server.restart()
        let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)")
        let state = folder.appending(path: ".rides")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(
          at: fixture.appending(path: "archive.sqlite"), to: state.appending(path: "archive.sqlite"))
        try await body(Bench(server: server, connection: Connection(server.url), folder: folder))
      }
    }

    func rides(_ arguments: String...) async throws -> TestProgram.Run { try await rides(arguments) }

    func rides(_ arguments: [String], input: String = "") async throws -> TestProgram.Run {
      try await RidesProcess.run(all: arguments, redis: server.url.description, input: input, folder: folder)
    }

    /// All there is in the server: each of these keys with all that it holds.
    func contents(of pattern: String) async throws -> [String] {
      let script = """
        local all = {}
        for _, key in ipairs(redis.call('KEYS', ARGV[1])) do all[#all + 1] = key .. ' ' .. redis.sha1hex(redis.call('DUMP', key)) end
        table.sort(all)
        return all
        """
      return try await connection.strings(["EVAL", script, "0", pattern])
    }

    func fields(of hash: String) async throws -> [String] {
      let all = try await connection.strings(["HGETALL", hash])
      return stride(from: 0, to: all.count, by: 2).map { "\(all[$0]) \(all[$0 + 1])" }.sorted()
    }

    /// Reads what was stored in the way of format 1: a stream for each account.
    func books() async throws -> Books {
      var books = Books()
      for service in RideServices.standard.keepingRides {
        for key in try await connection.strings(["KEYS", "rides:{*}:\(service):*"]) {
          let name = key.split(separator: ":", maxSplits: 3)[3]
          if name.hasPrefix("account:") {
            let script = """
              local all = {}
              for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
                for at = 2, #entry[2], 2 do all[#all + 1] = entry[2][at] end
              end
              return all
              """
            let entries = try await connection.strings(["EVAL", script, "1", key])
            books.entries[String(name.dropFirst("account:".count)), default: []] += entries
          } else if !name.hasPrefix("snapshots") {
            books.hashes[key] = try await fields(of: key)
          }
        }
      }
      return books
    }
  }

  /// What the two services that keep accounts had stored.
  private struct Books {
    /// Key -> fields and values.
    var hashes: [String: [String]] = [:]
    /// Account -> entries, as they were stored.
    var entries: [String: [String]] = [:]
  }

  @Test(
    "is refused by every command, with what brings it over as it is to be typed, and not a byte of it is changed")
  func refused() async throws {
    try await Bench.run { bench in
      let before = try await bench.contents(of: "*")
      #expect(before.count > 100)
      for command in [
        "status", "pending", "wait", "trace card", "audit", "scheduled list", "scheduled cancel RIDE_RATED:cash",
        "dead list", "dead redrive rating --all", "pause payment --reason r", "resume payment", "trim --keep 0",
        "groups",
        "groups remove rating --yes", "account driver d-1", "account deposit rider u 5 --city Paris --currency EUR",
        "adjust card --fare 5 --reason r", "refund card --reason r", "statement driver d-1 --month 2026-04",
        "trial-balance", "rate card --stars 5", "surge", "receipts", "archive verify", "replay",
        "rebuild driver --apply", "restore --from-archive .rides/archive.sqlite", "publish --simulate 3",
        "publish --simulate 3 --due +1s", "worker payment", "worker payment --create", "worker analytics --create",
        "up",
      ] {
        let result = try await bench.rides(command.split(separator: " ").map(String.init))
        #expect(result.status == 1 && result.output.isEmpty, "\(command): \(result)")
        #expect(result.errors.hasSuffix(Self.advice + "\n"), "\(command): \(result)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(command): \(result)")
        #expect(try await bench.contents(of: "*") == before, "\(command)")
      }
      // It tells of the file, whatever is in the server.
      let archive = try await bench.rides("archive", "status")
      #expect(archive.status == 0 && archive.errors.contains(Self.advice), "\(archive)")
      #expect(try await bench.contents(of: "*") == before)
    }
  }

  private static let over = "rides restore --namespace rides-2 --shards 4 --from-archive .rides/archive.sqlite"
  private static let advice =
    "use the version that made it, or bring it over once its producers have stopped. With that version, while its services run: rides wait && rides archive verify. Then with this one: \(over)"

  @Test("under another name, or in a server that was named, is refused with that in the commands")
  func named() async throws {
    try await Bench.run { bench in
      _ = try await bench.connection.call("HSET", "eu:config", "shards", "16", "format", "1")
      let result = try await bench.rides("status", "--namespace", "eu", "--redis", bench.server.url.description)
      let server = " --redis \(bench.server.url)"
      #expect(
        result.errors.contains(" rides wait\(server) --topic eu && rides archive verify\(server) --topic eu. "),
        "\(result)")
      #expect(result.errors.contains(" --namespace eu-2 --shards 16 --from-archive "), "\(result)")
      #expect(result.errors.hasSuffix("\(server)\n"), "\(result)")
    }
  }

  @Test("is not brought over with another number of shards, and no namespace is made that would have it for good")
  func otherShards() async throws {
    try await Bench.run { bench in
      let restore = ["restore", "--namespace", "rides-2", "--from-archive", ".rides/archive.sqlite"]
      for wrong in [[], ["--shards", "2"], ["--shards", "5"]] {
        let result = try await bench.rides(restore + wrong)
        #expect(result.status == 1 && result.errors.contains("with --shards"), "\(result)")
        #expect(try await bench.contents(of: "rides-2:*").isEmpty)
      }
    }
  }

  @Test(
    "is brought over by its archive, into a new one or in its own place: all holds, each service has the state that it had, what waited waits, and services go on",
    arguments: ["rides-2", "rides"])
  func broughtOver(name: String) async throws {
    try await Bench.run { bench in
      let old = try await bench.contents(of: "rides:*")
      let books = try await bench.books()
      if name == "rides" { try await Namespace.remove("rides", from: bench.connection) }
      let command = Self.over.replacing("rides-2", with: name).split(separator: " ").dropFirst().map(String.init)
      let restored = try await bench.rides(command)
      #expect(restored.status == 0, "\(restored)")
      #expect(restored.errors == "rides: made namespace '\(name)' with 4 shards\n")
      if name != "rides" { #expect(try await bench.contents(of: "rides:*") == old) }

      try await expectAllHolds(bench, name)
      try await expectStates(bench, name)
      try await expectBooks(bench, name, books)
      try await expectWaiting(bench, name)
      try await expectTopics(bench, name)

      let services = try RidesProcess(
        ["up", "--namespace", name], redis: bench.server.url.description, isQuiet: true, folder: bench.folder)
      defer { services.crash() }
      for more in [["publish", "--simulate", "20", "--seed", "8"], ["publish", "-"]] {
        // Rides that are new, and one that is booked already.
        let published = try await bench.rides(more + ["--namespace", name], input: Self.ride)
        #expect(published.status == 0 && published.output.hasPrefix("published "), "\(published)")
      }
      let waited = try await bench.rides("wait", "--namespace", name)
      #expect(waited.status == 0, "\(waited)")
      #expect(services.stop() == 0)
      try await expectAllHolds(bench, name)
      try await expectWaiting(bench, name)
    }
  }

  /// As it was published first.
  private static let ride =
    #"{"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:33:00Z","data":{"rideId":"cash","riderId":"u-3","driverId":"d-1","city":"Paris","fare":{"total":1200,"currency":"EUR"},"payment":{"method":"cash"},"riderEmail":"u-3@example.com"}}"#

  private func expectAllHolds(_ bench: Bench, _ name: String) async throws {
    for (command, words) in [(["audit"], "audit: all holds"), (["archive", "verify"], "archive: all holds")] {
      let result = try await bench.rides(command + ["--namespace", name, "--archive", ".rides/archive.sqlite"])
      #expect(result.status == 0 && result.output.contains(words), "\(result)")
    }
  }

  private struct Rebuilt: Decodable {
    struct Shard: Decodable { let liveDigest: String }
    let identical: Bool
    let shards: [Shard]
  }

  private func expectStates(_ bench: Bench, _ name: String) async throws {
    let digests = try JSONDecoder().decode(
      [String: [String]].self, from: Data(contentsOf: Self.fixture.appending(path: "digests.json")))
    #expect(digests.keys.sorted() == RideServices.standard.rebuilt.sorted())
    for (service, digests) in digests {
      let result = try await bench.rides("rebuild", service, "--namespace", name, "--format", "json")
      let rebuilt = try JSONDecoder().decode(Rebuilt.self, from: Data(result.output.utf8))
      #expect(result.status == 0 && rebuilt.identical, "\(result)")
      // Prices are made otherwise now. Accounts are stored otherwise, and rides have lists beside their records: what they hold is compared instead.
      #expect(
        RideServices.standard.keepingRides.contains(service) || service == "surge"
          || rebuilt.shards.map(\.liveDigest) == digests,
        "\(service)")
    }
    let archive = try await bench.rides("rebuild", "analytics", "--namespace", name)
    #expect(archive.status == 0, "\(archive)")
  }

  /// All records and balances are what they were, and so are the entries of each account.
  private func expectBooks(_ bench: Bench, _ name: String, _ old: Books) async throws {
    #expect(old.hashes.count > 8 && old.entries.count > 10)
    for (key, fields) in old.hashes {
      let found = try await bench.fields(of: key.replacing("rides:", with: "\(name):", maxReplacements: 1))
      #expect(found == fields, "\(key)")
    }
    let namespace = try #require(await Namespace.find(name, on: bench.connection))
    let state = ServiceState(namespace: namespace, connection: bench.connection)
    for (account, entries) in old.entries {
      let found = try await AccountHistory(Account(name: account), from: state).entries(.init())
        .map { String(decoding: JSONWriter.bytes(of: $0), as: UTF8.self) }
      #expect(found.sorted() == entries.sorted(), "\(account)")
    }
  }

  private func expectWaiting(_ bench: Bench, _ name: String) async throws {
    let waiting = try await bench.rides("scheduled", "list", "--namespace", name, "--format", "json")
    let all = try JSONSerialization.jsonObject(with: Data(waiting.output.utf8)) as? [[String: Any]]
    let list = all?.filter { ($0["topic"] as? String) != RideTopics.cars }
    #expect(list?.count == 1, "\(waiting)")
    #expect(list?.first?["id"] as? String == "RIDE_RATED:cash")
    #expect((list?.first?["due"] as? String)?.hasPrefix("3026-04-03T10:30:00") == true, "\(waiting)")
  }

  /// Each event of the archive stands once, at its place, in the topic of its type; what nobody knows in the standard one.
  private func expectTopics(_ bench: Bench, _ name: String) async throws {
    let archive = try ArchiveReader(path: bench.folder.appending(path: ".rides/archive.sqlite").path(), of: .rides)
    let namespace = try #require(try await Namespace.find(name, on: bench.connection))
    let inspector = Inspector(namespace: namespace, connection: bench.connection)
    var topics: Set<String> = []
    for shard in namespace.shards {
      let logged = try await inspector.entries(shard: shard, after: .zero, limit: 1000)
      var history = ShardHistory(of: .rides, shard: shard, inspector: nil, archive: archive)
      var archived: [RecordedEvent] = []
      while let event = try await history.nextEvent() { archived.append(event) }
      #expect(logged.map(\.id) == archived.map(\.entryID))
      for (entry, event) in zip(logged, archived) {
        let expected =
          switch event.header?.type {
          case nil, "GIFT_GIVEN": "events"
          case let type?: RideServices.standard.catalog.topic(of: type)
          }
        #expect(entry.topic == expected && entry.json == event.json, "\(event.entryID)")
        topics.insert(entry.topic)
      }
    }
    #expect(
      topics.sorted() == [
        "accounts", "earnings", "events", "payments", "ratings", "receipts", "requests", "rides", "schedule", "surge",
      ])
  }
}
