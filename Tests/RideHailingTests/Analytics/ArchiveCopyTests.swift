import EventArchive
import EventStreams
import EventStreamsOperations
import Testing

@testable import RideHailing

@Suite("A copy of an archive with other shards") struct ArchiveCopyTests {
  private typealias Bench = ChainBench

  private func run(_ keeper: ArchiveKeeper, _ body: (ChainBench, ChainBench) async throws -> Void) async throws {
    try await Bench.run(keeper) { source in try await Bench.run(keeper) { copy in try await body(source, copy) } }
  }

  @Test(
    "has each event once, in the order in which they were recorded, with chains that hold; those of one place get two",
    arguments: ArchiveKeeper.allCases)
  func whole(_ keeper: ArchiveKeeper) async throws {
    try await run(keeper) { source, copy in
      // Two shards with the same twenty places.
      try await source.fill()
      let reader = try ArchiveReader(path: source.path, of: .rides)
      let wanted = LogPlace(entryID: EntryID(milliseconds: 1000, sequence: 20), shard: 1)
      var whole = try await ArchiveCopy(of: reader, to: copy.path) { _ in 5 }
      let places = try await whole.run(finding: [wanted])
      #expect(places == [wanted: LogPlace(entryID: EntryID(milliseconds: 1000, sequence: 40), shard: 5)])
      let report = try await copy.verify()
      #expect(report.found == [])
      #expect(report.shards.map(\.shard) == [5] && report.shards.map(\.rows) == [40])
      let ids = try await copy.query("SELECT id FROM events ORDER BY shard, stream_ms, stream_seq")
      #expect(ids == (1...20).flatMap { [.text("RIDE_RATED:r\($0)"), .text("RIDE_RATED:r\($0)")] })
    }
  }

  @Test(
    "goes on where it was interrupted, and does not add to an archive of something else",
    arguments: ArchiveKeeper.allCases)
  func again(_ keeper: ArchiveKeeper) async throws {
    try await run(keeper) { source, copy in
      try await source.fill()
      let reader = try ArchiveReader(path: source.path, of: .rides)
      @Sendable func shard(_ event: RecordedEvent) -> Int { Int(event.entryID.sequence % 3) }
      // What a first run may have come to.
      try await Archive(path: copy.path, of: .rides).store([Bench.event(3, shard: 0), Bench.event(1, shard: 1)])
      func copyAll(_ shard: @escaping (RecordedEvent) -> Int) async throws {
        var all = try await ArchiveCopy(of: reader, to: copy.path, shard: shard)
        _ = try await all.run()
      }
      await #expect(throws: ArchiveProblem.self) { try await copyAll { shard($0) + 1 } }
      #expect(try await copy.query("SELECT count(*) FROM events") == [.integer(2)])
      for _ in 0..<2 { try await copyAll(shard) }
      let report = try await copy.verify()
      #expect(report.found == [])
      #expect(report.shards.map(\.rows) == [12, 14, 14])
      try await Archive(path: copy.path, of: .rides).store([Bench.event(99, shard: 2)])
      await #expect(throws: ArchiveProblem.self) { try await copyAll(shard) }
    }
  }

  @Test("comes to the same in parts, while there is more", arguments: ArchiveKeeper.allCases)
  func parts(_ keeper: ArchiveKeeper) async throws {
    try await run(keeper) { source, copy in
      // A place of each shard comes to the copy twice; a shard begins later.
      let archive = try Archive(path: source.path, of: .rides)
      func add(_ numbers: ClosedRange<Int>, to shard: Int, at time: UInt64) async throws {
        try await archive.store(
          numbers.map { number in
            let event = Bench.event(number, shard: shard)
            let id = EntryID(milliseconds: time, sequence: event.entryID.sequence)
            return RecordedEvent(shard: shard, entryID: id, header: event.header, json: event.json)
          })
      }
      for shard in 0..<2 { try await add(1...700, to: shard, at: 1000) }
      try await add(701...710, to: 0, at: 3000)
      let reader = try ArchiveReader(path: source.path, of: .rides)
      var parts = try await ArchiveCopy(of: reader, to: copy.path) { Int($0.entryID.sequence % 2) }
      let first = LogPlace(entryID: EntryID(milliseconds: 1000, sequence: 2), shard: 1)
      let last = LogPlace(entryID: EntryID(milliseconds: 2500, sequence: 7), shard: 7)
      let places = try await parts.run(through: Timestamp(millisecondsSinceEpoch: 2000), finding: [first, last])
      #expect(places == [first: LogPlace(entryID: EntryID(milliseconds: 1000, sequence: 3), shard: 0)])
      #expect(try await copy.query("SELECT count(*) FROM events") == [.integer(1400)])
      try await add(701...720, to: 1, at: 3000)
      try await add(1...10, to: 7, at: 2500)
      #expect(try await parts.run(finding: [first, last]) == [last: LogPlace(entryID: last.entryID, shard: 1)])
      let report = try await copy.verify()
      #expect(report.found == [] && report.shards.map(\.rows).reduce(0, +) == 1440)
    }
  }

  @Test("knows where it has what was given up on, before it was copied or after")
  func givenUp() async throws {
    try await run(.sqlite) { source, copy in
      try await source.fill()
      let reader = try ArchiveReader(path: source.path, of: .rides)
      let split = Namespace("split", shardCount: 3)
      func letter(_ sequence: UInt64) -> GivenUp {
        GivenUp(
          service: "rating", place: LogPlace(entryID: EntryID(milliseconds: 1000, sequence: sequence), shard: 1))
      }
      let (early, late) = (letter(3), letter(9))
      var parts = try await SplitCopy(of: reader, to: copy.path, for: split, RideServices.standard.catalog)
      try await parts.begin(through: Timestamp(millisecondsSinceEpoch: 1000), givenUp: [early]) { _ in }
      let found = try await parts.finish(givenUp: [early, late]) { _ in }
      var whole = try await SplitCopy(of: reader, to: copy.path, for: split, RideServices.standard.catalog)
      try await whole.begin(through: Timestamp(millisecondsSinceEpoch: 0), givenUp: []) { _ in }
      let expected = try await whole.finish(givenUp: [early, late]) { _ in }
      #expect(found == expected && found.count == 2)
    }
  }
}
