import EventArchive
import EventStreams
import RideHailing
import Testing

@Suite("Writers of one archive") struct ArchiveWriterTests {
  @Test("add nothing to a shard that another has taken since", arguments: ArchiveKeeper.allCases)
  func fenced(_ keeper: ArchiveKeeper) async throws {
    try await ChainBench.run(keeper) { bench in
      let before = try Archive(path: bench.path, of: .rides)
      let after = try Archive(path: bench.path, of: .rides)
      let mark = try await before.store([ChainBench.event(1)], epochs: [0: 10])
      try await after.store([ChainBench.event(2)], after: mark, epochs: [0: 11])
      // It knows of no mark that would tell it.
      await #expect {
        try await before.store(
          [ChainBench.event(3), ChainBench.event(3, shard: 1)], after: mark, epochs: [0: 10, 1: 10])
      } throws: { "\($0)".contains("shard 0 of the archive") && "\($0)".contains("took it later") }
      let rows = try await bench.verify().shards.map(\.rows)
      #expect(rows == [2])
      try await before.store([ChainBench.event(3, shard: 1)], epochs: [1: 10])
      try await after.store([ChainBench.event(3)], epochs: [0: 11])
      // Who adds without a lease, as a rebuild does, is held up by none and holds nobody up.
      try await before.store([ChainBench.event(4)])
      try await after.store([ChainBench.event(5)], epochs: [0: 11])
      let report = try await bench.verify()
      #expect(report.found == [] && report.shards.map(\.rows) == [5, 1])
    }
  }

  @Test("add side by side, to the same shards as well, and each chain holds", arguments: ArchiveKeeper.allCases)
  func sideBySide(_ keeper: ArchiveKeeper) async throws {
    try await ChainBench.run(keeper) { bench in
      try await withThrowingTaskGroup { group in
        for writer in 0..<3 {
          group.addTask {
            let archive = try Archive(path: bench.path, of: .rides)
            for batch in 0..<20 {
              // All write the shards 0 and 1, in orders that differ, and each event is written by two of them; and each a shard of its own.
              let numbers = (0..<5).map { batch * 15 + ((writer * 5 + $0) % 10) + 1 }
              let both =
                numbers.map { ChainBench.event($0, shard: writer % 2) }
                + numbers.map { ChainBench.event($0, shard: 1 - writer % 2) }
              try await archive.store(both + numbers.map { ChainBench.event($0, shard: 10 + writer) })
            }
          }
        }
        try await group.waitForAll()
      }
      let report = try await bench.verify()
      #expect(report.found == [])
      #expect(report.shards.map(\.shard) == [0, 1, 10, 11, 12])
      #expect(report.shards.map(\.rows) == [200, 200, 100, 100, 100])
    }
  }
}
