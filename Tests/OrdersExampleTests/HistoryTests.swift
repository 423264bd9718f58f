import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import OrdersExample

/// What a shop has of the archive, with nothing that knows of rides.
@Suite("The shop's history") struct HistoryTests {
  @Test("is kept; who joins late begins with it; a state is rebuilt from it, and replayed into another shop")
  func history() async throws {
    try await ShopBench.run { bench in
      let path = FileManager.default.temporaryDirectory.appending(path: "shop-\(UUID().uuidString).sqlite").path()
      defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
      let early = ["payment", "inventory"].compactMap { Shop.service($0) } + [try Shop.archiving(into: path)]
      try await run(early, bench) {
        try await bench.receive(3, of: "item_1")
        try await eventually("it has come in") { try await bench.state("inventory", "stock") == ["item_1": "3"] }
        // Orders of one item race for it, each a key of its own: who comes too late must be settled for all time, or a
        // state that is rebuilt in the log's order may rightly differ.
        try await order(1...3, bench)
        try await eventually("it has gone out") { try await bench.state("inventory", "stock") == ["item_1": "0"] }
        try await order(4...5, bench)
      }
      let reader = try ArchiveReader(path: path, of: Shop.archive)
      #expect(try await reader.count(shard: 0) == 10)

      // Analytics has not run until now.
      let late = try #require(Shop.service("analytics"))
      try await run([late], bench, history: reader) {}
      #expect(try await bench.state("analytics", "items") == ["item_1": "5"])

      let rebuild = ShopRebuild(namespace: bench.namespace, connection: bench.connection, archive: reader)
      for service in early.dropLast() + [late] {
        let comparison = try await rebuild.run(service, applies: false)
        #expect(comparison.count == 0, "\(service.name): \(comparison.differences)")
      }
      _ = try await bench.connection.call(
        "HSET", bench.namespace.state(0, "inventory", "stock"), "item_1", "7")
      #expect(try await rebuild.run(early[1], applies: true).count == 1)
      #expect(try await rebuild.run(early[1], applies: false).count == 0)
      #expect(try await bench.state("inventory", "stock") == ["item_1": "0"])
    }
  }

  private func order(_ numbers: ClosedRange<Int>, _ bench: ShopBench) async throws {
    for number in numbers {
      _ = try await bench.publisher.publish(
        OrderPlaced(orderID: "ORD-\(number)", userID: "USR-1", amount: 100, items: ["item_1"]))
    }
  }

  /// Runs services while `body` runs, and until they have handled everything.
  private func run(
    _ services: [EventService], _ bench: ShopBench, history: ArchiveReader? = nil, _ body: () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup { group in
      for service in services {
        var (log, settings) = (Logger(label: "test"), WorkerSettings())
        log.logLevel = .critical
        settings.history = history
        let worker = Worker(service, namespace: bench.namespace, redis: bench.server.url, settings: settings, log: log)
        group.addTask { try await worker.run() }
      }
      try await body()
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      try await eventually("all is handled") { try await inspector.remaining(services.map(\.name)).isEmpty }
      group.cancelAll()
      try await group.waitForAll()
    }
  }
}
