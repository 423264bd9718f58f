import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("History") struct HistoryTests {
  private func history(_ bench: RideBench, _ filter: HistoryFilter = HistoryFilter()) throws -> MergedHistory {
    MergedHistory(
      of: .rides, shards: bench.namespace.shards,
      inspector: Inspector(namespace: bench.namespace, connection: bench.connection),
      archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides), filter: filter)
  }

  private func keys(_ history: MergedHistory) async throws -> [String] {
    var history = history
    var keys: [String] = []
    while let event = try await history.next() { keys.append(event.header?.key ?? "") }
    #expect(history.gaps.isEmpty)
    return keys
  }

  @Test(
    "comes from archive and log together, each event once, in the order of the log", arguments: ArchiveKeeper.allCases)
  func together(_ keeper: ArchiveKeeper) async throws {
    try await RideBench.run(archive: keeper) { bench in
      _ = try await ArchiveLogTests.fill(bench)
      // Not archived yet.
      _ = try await bench.publish((41...45).map { EncodedEvent(completedRide("r\($0)")) })
      let expected = (1...45).map { "r\($0)" }
      #expect(try await keys(history(bench)) == expected)
      var filter = HistoryFilter()
      filter.rides = ["r3", "r30", "r43"]
      #expect(try await keys(history(bench, filter)) == filter.rides)
      filter = HistoryFilter()
      filter.types = ["RIDE_RATED"]
      #expect(try await keys(history(bench, filter)) == [])
      filter = HistoryFilter()
      filter.recordedFrom = .now() + .seconds(3600)
      #expect(try await keys(history(bench, filter)) == [])
      filter.recordedBefore = filter.recordedFrom
      filter.recordedFrom = .now() - .seconds(3600)
      #expect(try await keys(history(bench, filter)) == expected)
    }
  }

  @Test("loses nothing to trimming that goes on while it is read", arguments: ArchiveKeeper.allCases)
  func trimmedMeanwhile(_ keeper: ArchiveKeeper) async throws {
    try await RideBench.run(archive: keeper) { bench in
      let shard = bench.namespace.shard(of: "New York")
      let count = 3000
      _ = try await bench.publish((1...count).map { EncodedEvent(completedRide("r\($0)")) })
      // The archive knows the first half when it begins, and all of it, with the log empty, when it has read a page.
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      let archive = try Archive(path: bench.configuration.archivePath, of: .rides)
      let entries = try await inspector.entries(shard: shard, after: .zero, limit: count)
      func store(_ part: ArraySlice<Inspector.LogEntry>) async throws {
        try await archive.store(
          part.map { RecordedEvent(shard: shard, entryID: $0.id, header: nil, json: $0.json) })
      }
      try await store(entries[..<1000])
      for scope in [ShardHistory.Scope.eachEventOnce, .everything] {
        var history = ShardHistory(
          of: .rides, shard: shard, inspector: inspector,
          archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides),
          scope: scope, pageSize: 100)
        var keys: [String] = []
        while let item = try await history.next() {
          keys.append(item.header?.key ?? "")
          if keys.count == 1050 {
            try await store(entries[1000...])
            _ = try await bench.connection.call("XTRIM", bench.namespace.log(shard, RideTopics.rides), "MAXLEN", "10")
          }
        }
        #expect(keys == (1...count).map { "r\($0)" }, "\(scope): \(keys.count)")
      }
    }
  }

  @Test(
    "counts an event that was published again after its id was forgotten once, where it stands first",
    arguments: ArchiveKeeper.allCases)
  func repetition(_ keeper: ArchiveKeeper) async throws {
    try await RideBench.run(archive: keeper) { bench in
      let ids = try await ArchiveLogTests.fill(bench)
      let shard = bench.namespace.shard(of: "New York")
      // r5 was trimmed, r35 stands in the log still.
      for key in try await bench.connection.strings(["KEYS", "\(bench.namespace.name):{\(shard)}:seen:*"]) {
        _ = try await bench.connection.call("DEL", key)
      }
      for isArchived in [false, true] {
        if isArchived {
          try await bench.running(["analytics"]) { try await bench.settled(["analytics"]) }
        } else {
          let again = try await bench.publish([5, 35].map { EncodedEvent(completedRide("r\($0)")) })
          #expect(again.allSatisfy { !$0.isDuplicate })
        }
        #expect(try await keys(history(bench)) == (1...40).map { "r\($0)" })
        // In the log it is there twice, and whoever looks for that sees it.
        var everything = ShardHistory(
          of: .rides, shard: shard, inspector: Inspector(namespace: bench.namespace, connection: bench.connection),
          archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides), scope: .everything)
        var last: [String: Bool] = [:]
        while let item = try await everything.next() {
          if item.id > ids[39] { last[item.header?.key ?? ""] = item.isRepetition }
        }
        #expect(last == ["r5": true, "r35": false])
      }
    }
  }

  @Test("says where the log was trimmed beyond what the archive holds")
  func gap() async throws {
    try await RideBench.run { bench in
      let ids = try await ArchiveLogTests.fill(bench)
      try FileManager.default.removeItem(atPath: bench.configuration.archivePath)
      let archive = try Archive(path: bench.configuration.archivePath, of: .rides)
      let shard = bench.namespace.shard(of: "New York")
      try await archive.store([RecordedEvent(shard: shard, entryID: ids[9], header: nil, json: Array("{}".utf8))])
      var history = try history(bench)
      _ = try await history.next()
      let gaps = history.gaps
      #expect(gaps.map(\.shard) == [shard])
      #expect(gaps.first?.after == ids[9] && gaps.first?.before == ids[20] && gaps.first?.missing == 19)
    }
  }
}
