import EventStreams
import Redis
import RedisTestSupport
import Testing

@Suite("An event that kills its process") struct PoisonTests {
  /// One group of a log, driven by calls as workers make them; each worker is a process.
  private struct Group {
    let bench: TestBench
    let name: String
    let log = "test:{0}"

    func acquire(_ worker: String) async throws -> String {
      try await bench.connection.strings([
        "FCALL", "eventstreams_lease_v3", "5", "\(log):lease:\(name)", log, "\(log):blocked:\(name)",
        "\(log):redrive:\(name)", "\(log):retry:\(name)", "acquire", name, worker, "0", "0", "0", "1", "", "",
      ])[0]
    }

    /// The next page of what is pending: id and delivery count.
    func recover(_ worker: String, _ epoch: String, after: String) async throws -> (page: [(String, Int)], last: String)
    {
      let reply = try await bench.connection.call([
        "FCALL", "eventstreams_recover_v3", "3", log, "\(log):lease:\(name)", "\(log):retry:\(name)", name, epoch,
        worker, after, "500", "0",
      ])
      return try Self.page(reply)
    }

    private static func page(_ reply: borrowing Reply) throws -> (page: [(String, Int)], last: String) {
      var page: [(String, Int)] = []
      for index in stride(from: 1, to: reply.root.count, by: 4) {
        page.append((try reply.root[index].string(), try reply.root[index + 1].integer()))
      }
      return (page, try reply.root[0].string())
    }
  }

  @Test(
    "is found after log2(N) + 3 deaths at the most, wherever it stands, and no other event is counted as failed",
    arguments: [1, 2, 3, 4, 7, 16, 23])
  func halving(count: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let ids = try await bench.publish((0..<count).map { Noted("k", $0) }).map(\.streamID.description)
      let limit = (0...).first { 1 << $0 >= count }.map { $0 + 3 } ?? 0
      for poison in ids {
        let group = Group(bench: bench, name: "from-\(poison)")
        var deaths = 0
        // The first owner reads everything, and begins.
        let first = try await group.acquire("worker-0")
        #expect(try await group.recover("worker-0", first, after: "0-0").page.isEmpty)
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
  private func surviving(_ group: Group, _ worker: String, poison: String) async throws -> Bool {
    let epoch = try await group.acquire(worker)
    var after = "0-0"
    while true {
      let (page, last) = try await group.recover(worker, epoch, after: after)
      guard !last.isEmpty else { return true }
      #expect(page.allSatisfy { $0.0 == poison || $0.1 == 1 })
      let found = page.first { $0.0 == poison }
      // Delivered once, and died of three times.
      if let found, found.1 < 4 { return false }
      if found != nil { #expect(page.count == 1) }
      _ = try await group.bench.connection.call(["XACK", group.log, group.name] + page.map(\.0))
      after = last
    }
  }

  @Test("is not suspected where the owner left in good order, or is the same process as before")
  func goodOrder() async throws {
    try await TestBench.run(shards: 1) { bench in
      let entry = try await bench.publish([Noted("k", 0)])[0].streamID.description
      let group = Group(bench: bench, name: "counting")
      var epoch = try await group.acquire("worker-0")
      _ = try await group.recover("worker-0", epoch, after: "0-0")
      _ = try await bench.connection.call("XREADGROUP", "GROUP", group.name, "worker-0", "STREAMS", group.log, ">")
      // Its lease ran out, and it takes it again; then it gives it back.
      let lease = ["FCALL", "eventstreams_lease_v3", "5", "\(group.log):lease:counting", group.log, "b", "r", "f"]
      let again = lease + ["acquire", "counting", "worker-0", epoch, "0", "0", "1", "", ""]
      epoch = try await bench.connection.strings(again)[0]
      #expect(try await group.recover("worker-0", epoch, after: "0-0").page.map(\.1) == [1])
      _ = try await bench.connection.strings(
        lease + ["release", "counting", "worker-0", epoch, "0", "0", "1", "", ""])
      epoch = try await group.acquire("worker-1")
      let page = try await group.recover("worker-1", epoch, after: "0-0").page
      #expect(page.map(\.0) == [entry] && page.map(\.1) == [1])
      // This one dies of it.
      epoch = try await group.acquire("worker-2")
      #expect(try await group.recover("worker-2", epoch, after: "0-0").page.map(\.1) == [2])
    }
  }
}
