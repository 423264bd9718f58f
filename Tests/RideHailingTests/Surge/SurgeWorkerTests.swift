import EventStreams
import EventStreamsOperations
import Testing

@testable import RideHailing

@Suite("Surge, as workers come and go") struct SurgeWorkerTests {
  private func evening() -> [[EncodedEvent]] {
    (0..<8).map { minute in
      SurgeTests.requests(minute < 4 ? 25 : 1, at: minute * 60 + 20) + [SurgeTests.cars(minute, at: minute * 60 + 30)]
    } + [[SurgeTests.tick(9)], [SurgeTests.request("end", SurgeTests.elsewhere, at: 660)]]
  }

  private func outcome(_ bench: RideBench) async throws -> [String] {
    let shard = bench.namespace.shard(of: "Paris")
    var lines: [String] = []
    for hash in [SurgeState.prices, SurgeState.counts, SurgeState.cars] {
      for (field, value) in try await bench.state.fields(SurgeService.name, hash, shard: shard) {
        lines.append("\(hash) \(field) \(value)")
      }
    }
    return lines.sorted() + (try await bench.events("SURGE_UPDATED"))
  }

  @Test("goes on with each new owner of a shard as if there had been one; audit and rebuild come to the same")
  func takeover() async throws {
    var whole: [String] = []
    try await RideBench.run { bench in
      try await bench.handle(evening().flatMap { $0 }, by: ["surge"])
      whole = try await outcome(bench)
      #expect(whole.count > 20)
    }
    try await RideBench.run { bench in
      // A worker of its own for each part.
      for part in evening() { try await bench.handle(part, by: ["surge"]) }
      #expect(try await outcome(bench) == whole)
      let report = try await bench.audit(archive: false)
      #expect(report.violations.filter { $0.service == "surge" }.isEmpty, "\(report.violations)")
      let cells = try await RideState(bench.state).cells(of: "paris")
      #expect(cells.allSatisfy { $0.multiplier.percent > 100 })
    }
  }
}
