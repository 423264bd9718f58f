import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("The call that takes a shard") struct LeaseCallTests {
  @Test("gives each owner a greater epoch, the same worker too, and also when the server has lost what it was")
  func epochs() async throws {
    try await TestBench.run(shards: 1) { bench in
      func acquire(_ worker: String, knowing epoch: Int = 0) async throws -> Int {
        let answer = try await bench.connection.call(
          LeaseCall(
            action: .acquire, namespace: bench.namespace, shard: 0, subscription: Subscription("any"), worker: worker,
            epoch: epoch,
            timeToLive: .zero))
        return try #require(answer.epoch)
      }
      var epochs = [try await acquire("a")]
      for worker in ["b", "b", "a", "b", "a"] { epochs.append(try await acquire(worker)) }
      #expect(epochs == Set(epochs).sorted())
      // A worker that has had the shard in a time to come, as its server knew it.
      let last = (epochs.last ?? 0) + 1_000_000
      _ = try await bench.connection.call("FLUSHALL")
      #expect(try await acquire("a", knowing: last) > last)
    }
  }

  @Test("leaves earlier owners nothing to recover, whether another or the same worker has it now")
  func recovery() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      _ = try await log.read(3)
      let earlier = log.shard
      try await log.open()
      func recover(_ shard: OwnedShard, _ worker: String) async throws -> Int {
        try await bench.connection.call(
          RecoverCall(
            namespace: bench.namespace, shard: shard, service: "any", worker: worker, after: .zero, count: 10,
            others: false)
        ).entries.count
      }
      #expect(try await recover(log.shard, "by-hand") == 3)
      for (shard, worker) in [(earlier, "by-hand"), (log.shard, "somebody else")] {
        await #expect { _ = try await recover(shard, worker) } throws: { ($0 as? RedisError)?.isFenced == true }
      }
    }
  }

  @Test("keeps it for its owner alone, in the epoch that it has, and only while there is a group")
  func renewal() async throws {
    try await TestBench.run(shards: 1) { bench in
      func call(_ action: LeaseCall.Action, _ worker: String, _ epoch: Int) async throws -> LeaseCall.Answer {
        try await bench.connection.call(
          LeaseCall(
            action: action, namespace: bench.namespace, shard: 0, subscription: Subscription("any"), worker: worker,
            epoch: epoch,
            timeToLive: .seconds(60), looks: true))
      }
      let earlier = try #require(try await call(.acquire, "a", 0).epoch)
      let epoch = try #require(try await call(.acquire, "a", 0).epoch)
      #expect(try await call(.renew, "a", epoch).isKept)
      #expect(try await !call(.renew, "a", earlier).isKept)
      #expect(try await !call(.renew, "b", epoch).isKept)
      _ = try await bench.connection.call("XGROUP", "DESTROY", bench.namespace.log(0), "any")
      #expect(try await !call(.renew, "a", epoch).isKept)
      // Nobody has to wait for it.
      #expect(try await call(.acquire, "b", 0).epoch != nil)
    }
  }
}
