import EventArchive
import EventStreams
import EventStreamsOperations
import RideHailing
import Testing

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
      let places = try await ArchiveCopy(of: reader, to: copy.path) { _ in 5 }.run(finding: [wanted])
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
      await #expect(throws: ArchiveProblem.self) {
        try await ArchiveCopy(of: reader, to: copy.path, shard: { shard($0) + 1 }).run()
      }
      #expect(try await copy.query("SELECT count(*) FROM events") == [.integer(2)])
      for _ in 0..<2 { _ = try await ArchiveCopy(of: reader, to: copy.path, shard: shard).run() }
      let report = try await copy.verify()
      #expect(report.found == [])
      #expect(report.shards.map(\.rows) == [12, 14, 14])
      try await Archive(path: copy.path, of: .rides).store([Bench.event(99, shard: 2)])
      await #expect(throws: ArchiveProblem.self) {
        try await ArchiveCopy(of: reader, to: copy.path, shard: shard).run()
      }
    }
  }
}
