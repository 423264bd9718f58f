import EventStreams
import EventStreamsOperations
import HiredisClient
import Testing

@testable import RideHailing

@Suite("The history of an account") struct AccountHistoryTests {
  private let start = Timestamp(secondsSinceEpoch: 1_770_000_000)

  private func deposits(_ holder: AccountHolder, _ times: [Timestamp]) -> [EncodedEvent] {
    times.enumerated().map { index, time in
      EncodedEvent(
        AccountDeposited(holder, city: "Paris", amount: Money(index + 1, .eur), movement: "\(holder) \(index)"),
        timestamp: time)
    }
  }

  /// Hours apart, out of order by up to a few of them, and every hundredth late by months.
  private func times(_ count: Int) -> [Timestamp] {
    (0..<count).map { index in
      let hours = index - index % 7 * 3
      return start + .seconds(hours * 3600 - (index % 100 == 0 ? 10_000_000 : 0))
    }
  }

  private func keys(_ bench: RideBench, where isMeant: (JournalBucket, _ slice: Int) -> Bool) async throws -> [String] {
    let shard = bench.namespace.shard(of: "Paris")
    let ledger = try await ShardLedger("driver", shard: shard, from: bench.state)
    var keys: [String] = []
    for (bucket, parts) in ledger.buckets {
      for slice in 0..<JournalBucket.slices where isMeant(bucket, slice) {
        let stream = bucket.stream(slice)
        if parts.contains(where: { $0.name == stream }) { keys.append(bench.namespace.state(shard, "driver", stream)) }
      }
    }
    return keys
  }

  @Test(
    "tells past balances and the last entries by any moment, however late entries came, and so does the other side of them"
  )
  func pastBalances() async throws {
    try await RideBench.run { bench in
      let holder = AccountHolder(.driver, "d-1")
      let times = times(2_000)
      try await bench.handle(deposits(holder, times), by: ["driver"])
      let history = try await AccountHistory(holder.account, from: bench.state)
      let bank = try await AccountHistory(.bank, from: bench.state)
      #expect(history.count == times.count)
      #expect(bank.count == times.count)
      #expect(history.balances == [.eur: 2_001_000])
      for index in stride(from: 0, to: times.count, by: 333) {
        let time = times[index]
        let before = times.indices.filter { times[$0] < time }
        let sum = before.reduce(0) { $0 + $1 + 1 }
        #expect(try await history.sum(.init(before: time)) == (before.isEmpty ? [:] : [.eur: sum]))
        #expect(try await bank.sum(.init(before: time)) == (before.isEmpty ? [:] : [.eur: -sum]))
        let after = try await history.sum(.init(from: time))
        #expect(after == [.eur: 2_001_000 - sum])
        let last = before.sorted { (times[$0], $0) < (times[$1], $1) }.suffix(20).map { $0 + 1 }
        #expect(try await history.entries(.init(before: time), limit: 20).map(\.amount.minorUnits) == last)
        #expect(try await bank.entries(.init(before: time), limit: 20).map(\.amount.minorUnits) == last.map { -$0 })
        #expect(try await history.entries(.init(before: time), limit: 0).isEmpty)
      }
      #expect(try await bench.audit().violations.isEmpty)
    }
  }

  @Test("is read from what its holder's journals lie in, and of an account that all touch from what counts since")
  func readsLittle() async throws {
    try await RideBench.run { bench in
      let holder = AccountHolder(.driver, "d-1")
      let times = times(1_000)
      let others = (0..<40).flatMap { deposits(AccountHolder(.driver, "other-\($0)"), [start]) }
      try await bench.handle(deposits(holder, times) + others, by: ["driver"])
      let whole = try await AccountStatement.read(holder.account, from: bench.state)
      let time = start + .seconds(600 * 3600)
      let bank = try await AccountHistory(.bank, from: bench.state).sum(.init(before: time))

      let foreign = try await keys(bench) { !JournalBucket.slices(of: holder.account).contains($1) }
      #expect(foreign.count >= 10)
      _ = try await bench.connection.call(["DEL"] + foreign)
      let statement = try await AccountStatement.read(holder.account, from: bench.state)
      #expect(JSONWriter.bytes(of: statement) == JSONWriter.bytes(of: whole))

      let earlier = try await keys(bench) { bucket, _ in bucket.effective.upperBound <= time }
      #expect(!earlier.isEmpty)
      _ = try await bench.connection.call(["DEL"] + earlier)
      let history = try await AccountHistory(.bank, from: bench.state)
      #expect(history.count == times.count + others.count)
      #expect(try await history.sum(.init(before: time)) == bank)
    }
  }

  @Test("of all accounts sums to zero at any past moment")
  func trialBalance() async throws {
    try await RideBench.run { bench in
      let times = times(300)
      try await bench.handle(deposits(AccountHolder(.driver, "d-1"), times), by: ["driver"])
      for time in [start - .seconds(1), times[150], .now()] {
        let trial = try await TrialBalance.read(from: bench.state, at: time)
        let sum = times.indices.filter { times[$0] <= time }.reduce(0) { $0 + $1 + 1 }
        #expect(trial.isBalanced)
        #expect(trial.rows.map(\.balance.minorUnits) == (sum == 0 ? [] : [-sum, sum]))
      }
    }
  }
}
