import EventStreams
import Redis
import RideHailing
import Testing

@Suite("Snapshots") struct SnapshotTests {
  private let start = Timestamp(secondsSinceEpoch: 1_770_000_000)

  @Test("tell past balances of a long account without its entries, and the same as the entries do")
  func longAccount() async throws {
    try await RideBench.run { bench in
      let holder = AccountHolder(.driver, "d-1")
      let count = 3_500
      // Out of order by up to a few hours, and every hundredth very late.
      let times = (0..<count).map { start + .seconds($0 * 60 - ($0 % 7) * 3600 - ($0 % 100 == 0 ? 86_400 : 0)) }
      try await bench.running(["driver"]) {
        for part in stride(from: 0, to: count, by: 500) {
          _ = try await bench.publish(
            (part..<min(part + 500, count)).map { index in
              EncodedEvent(
                AccountDeposited(holder, city: "Paris", amount: Money(index + 1, .eur), movement: "d\(index)"),
                timestamp: times[index])
            })
          try await bench.settled(["driver"])
        }
      }
      let shard = bench.namespace.shard(of: "Paris")
      let snapshots = try await bench.connection.integer([
        "XLEN", bench.namespace.state(shard, "driver", "snapshots:driver:d-1"),
      ])
      #expect(snapshots >= 2)

      // Without a segment's entries nothing is told but what its snapshot says.
      let history = try await AccountHistory(holder.account, from: bench.state)
      #expect(history.count == count)
      #expect(history.balances[.eur] == count * (count + 1) / 2)
      for index in stride(from: 0, to: count, by: 333) {
        let time = times[index]
        let expected = (0..<count).filter { times[$0] < time }.reduce(0) { $0 + $1 + 1 }
        #expect(try await history.sum(.init(before: time))[.eur] ?? 0 == expected)
        let some = try await history.entries(.init(before: time), limit: 20)
        let sorted = (0..<count).filter { times[$0] < time }.sorted { (times[$0], $0) < (times[$1], $1) }
        #expect(some.map(\.amount.minorUnits) == sorted.suffix(20).map { $0 + 1 })
        #expect(try await history.entries(.init(before: time), limit: 0).isEmpty)
      }
      #expect(try await history.sum(.init())[.eur] == count * (count + 1) / 2)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }
}
