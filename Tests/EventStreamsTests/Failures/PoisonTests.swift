import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("An event that kills its process") struct PoisonTests {
  /// One group of a log, driven by calls as workers make them; each worker is a process.
  private struct Group {
    let bench: TestBench
    let name: String

    var log: String { bench.namespace.log(0) }

    /// - Parameter epoch: the last that this process had of the shard.
    func acquire(_ worker: String, knowing epoch: Int = 0) async throws -> Int {
      try #require(try await lease(.acquire, worker, epoch).epoch)
    }

    func release(_ worker: String, _ epoch: Int) async throws { _ = try await lease(.release, worker, epoch) }

    private func lease(_ action: LeaseCall.Action, _ worker: String, _ epoch: Int) async throws -> LeaseCall.Answer {
      try await bench.connection.call(
        LeaseCall(
          action: action, namespace: bench.namespace, shard: 0, subscription: Subscription(name), worker: worker,
          epoch: epoch, timeToLive: .zero, reader: 1))
    }

    /// The next page of what is pending, and where it ends; nil at the end.
    func recover(
      _ worker: String, _ epoch: Int, after: EntryID
    ) async throws -> (entries: [RecoverCall.Entry], last: EntryID?) {
      let state = CommittedState(namespace: bench.namespace, service: name, connection: bench.connection)
      return try await bench.connection.call(
        RecoverCall(
          namespace: bench.namespace, shard: OwnedShard(number: 0, epoch: epoch, reader: state), service: name,
          worker: worker, after: after, count: 500, others: false))
    }
  }

  @Test(
    "is found after log2(N) + 3 deaths at the most, wherever it stands, and no other event is counted as failed",
    arguments: [1, 2, 3, 4, 7, 16, 23])
  func halving(count: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let ids = try await bench.publish((0..<count).map { Noted("k", $0) }).map(\.entryID)
      let limit = (0...).first { 1 << $0 >= count }.map { $0 + 3 } ?? 0
      for poison in ids {
        let group = Group(bench: bench, name: "from-\(poison)")
        var deaths = 0
        // The first owner reads everything, and begins.
        let first = try await group.acquire("worker-0")
        #expect(try await group.recover("worker-0", first, after: .zero).entries.isEmpty)
        _ = try await bench.connection.call(
          "XREADGROUP", "GROUP", group.name, "worker-0", "STREAMS", group.log, ">")
        deaths += 1

        var isBuried = false
        while !isBuried, deaths <= limit {
          isBuried = try await surviving(group, "worker-\(deaths)", poison: poison)
          if !isBuried { deaths += 1 }
        }
        #expect(isBuried && deaths <= limit, "\(count) pending, poison \(poison): \(deaths) deaths")
        #expect(try await bench.connection.groups(of: group.log)[group.name]?.pending == 0)
      }
    }
  }

  /// A worker's life; false if it ended with the death of the process.
  private func surviving(_ group: Group, _ worker: String, poison: EntryID) async throws -> Bool {
    let epoch = try await group.acquire(worker)
    var after = EntryID.zero
    while true {
      let (page, last) = try await group.recover(worker, epoch, after: after)
      guard let last else { return true }
      #expect(page.allSatisfy { $0.entryID == poison || $0.deliveries == 1 })
      let found = page.first { $0.entryID == poison }
      // Delivered once, and died of three times.
      if let found, found.deliveries < 4 { return false }
      if found != nil { #expect(page.count == 1) }
      _ = try await group.bench.connection.call(["XACK", group.log, group.name] + page.map(\.entryID.description))
      after = last
    }
  }

  @Test("is not suspected where the owner left in good order, or is the same process as before")
  func goodOrder() async throws {
    try await TestBench.run(shards: 1) { bench in
      let entry = try await bench.publish([Noted("k", 0)])[0].entryID
      let group = Group(bench: bench, name: "counting")
      func deliveries(_ worker: String, _ epoch: Int) async throws -> [Int] {
        let page = try await group.recover(worker, epoch, after: .zero).entries
        #expect(page.map(\.entryID) == [entry])
        return page.map(\.deliveries)
      }
      var epoch = try await group.acquire("worker-0")
      _ = try await group.recover("worker-0", epoch, after: .zero)
      _ = try await bench.connection.call("XREADGROUP", "GROUP", group.name, "worker-0", "STREAMS", group.log, ">")
      // Its lease ran out, and it takes it again; then it gives it back.
      epoch = try await group.acquire("worker-0", knowing: epoch)
      #expect(try await deliveries("worker-0", epoch) == [1])
      try await group.release("worker-0", epoch)
      epoch = try await group.acquire("worker-1")
      #expect(try await deliveries("worker-1", epoch) == [1])
      // This one dies of it.
      epoch = try await group.acquire("worker-2")
      #expect(try await deliveries("worker-2", epoch) == [2])
    }
  }
}
