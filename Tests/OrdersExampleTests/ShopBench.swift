import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import OrdersExample

/// A server with an append-only file and a shop on it, and what tests look at.
struct ShopBench: Sendable {
  let server: RedisServer
  let connection: Connection
  let namespace: Namespace

  static func run(_ body: (ShopBench) async throws -> Void) async throws {
    try await withRedis(arguments: ["--appendonly", "yes"]) { server in
      let connection = Connection(server.url)
      let namespace = try await Namespace.open("orders", shardCount: 1, on: connection)
      try await body(ShopBench(server: server, connection: connection, namespace: namespace))
    }
  }

  var publisher: Publisher { Publisher(namespace: namespace, connection: connection) }

  /// Runs all services in this process while `body` runs; then they drain.
  func running(_ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup { group in
      for service in Shop.serviceNames.compactMap({ Shop.service($0) }) {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let worker = Worker(service, namespace: namespace, redis: server.url, log: log)
        group.addTask { try await worker.run() }
      }
      try await body()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  /// Waits until every service has handled everything.
  func settled() async throws {
    let inspector = Inspector(namespace: namespace, connection: connection)
    try await eventually("all is handled") { try await inspector.remaining(Shop.serviceNames).isEmpty }
    #expect(try await inspector.status().allSatisfy { $0.dead == 0 })
  }

  func state(_ service: String, _ name: String) async throws -> [String: String] {
    let found = try await ServiceState(namespace: namespace, connection: connection).hash(service, name)
    return Dictionary(uniqueKeysWithValues: found.map { ($0.value.field, $0.value.value) })
  }

  func mails() async throws -> [String] {
    try await ServiceState(namespace: namespace, connection: connection).records("email", "outbox", as: String.self)
      .map(
        \.value)
  }

  func receive(_ quantity: Int, of item: String) async throws {
    _ = try await publisher.publish(StockReceived(deliveryID: "DEL-\(item)", item: item, quantity: quantity))
  }

  /// Starts a service in a process of its own.
  func process(_ service: String) throws -> Process {
    let process = Process()
    // The program stands beside the tests.
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "orders-example")
    process.arguments = ["worker", service, "--lease-time", "500", "--service-time", "5"]
    process.environment = ProcessInfo.processInfo.environment.merging(["REDIS_URL": server.url.description]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
