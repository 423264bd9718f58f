import EventStreams
import EventStreamsOperations
import HiredisClient
import Logging

/// Runs one order through four calls and through one event, then another while email is down.
struct Rehearsal {
  /// Service -> how long it works on an order.
  let times: [String: Duration]
  let namespace: Namespace
  let connection: Connection
  let redis: RedisURL

  private static let withoutEmail = Shop.serviceNames.filter { $0 != "email" }

  /// A service that a caller can't reach.
  struct Unreachable: Error { let service: String }

  func run() async throws -> Comparison {
    let result = try await running(Shop.serviceNames) {
      try await publish(StockReceived(deliveryID: "DEL-1", item: "item_1", quantity: 2))
      try await done(Shop.serviceNames)
      let calls = try await time { try await call(Shop.serviceNames, down: nil) }
      let start = ContinuousClock.now
      let event = try await time { try await publish(order("ORD-1")) }
      try await done(Shop.serviceNames)
      return (calls: calls, event: event, done: ContinuousClock.now - start)
    }
    return try await running(Self.withoutEmail) {
      let failed = try await time {
        do { try await call(Shop.serviceNames, down: "email") } catch is Unreachable {}
      }
      let start = ContinuousClock.now
      let event = try await time { try await publish(order("ORD-2")) }
      try await done(Self.withoutEmail)
      let others = ContinuousClock.now - start
      let waiting = try await Inspector(namespace: namespace, connection: connection).status().first {
        $0.service == "email"
      }?
      .lag
      let caughtUp = try await time {
        try await running(["email"]) { try await done(["email"]) }
      }
      return Comparison(
        times: times, calls: result.calls, event: result.event, eventDone: result.done, failedCalls: failed,
        eventWithoutEmail: event, othersDone: others, waiting: waiting ?? 0, caughtUp: caughtUp)
    }
  }

  /// Request and response: the user's request ends when the last service has answered, or one doesn't.
  private func call(_ services: [String], down: String?) async throws {
    for service in services {
      if service == down { throw Unreachable(service: service) }
      try await Task.sleep(for: times[service] ?? .zero)
    }
  }

  private func order(_ id: String) -> OrderPlaced {
    OrderPlaced(orderID: id, userID: "USR-789", amount: 1500, items: ["item_1"])
  }

  private func publish(_ data: some EventData) async throws {
    _ = try await Publisher(namespace: namespace, connection: connection).publish(data)
  }

  /// Runs services until `body` is through; then they drain.
  private func running<Result: Sendable>(
    _ services: [String], _ body: () async throws -> Result
  ) async throws -> Result {
    var log = Logger(label: "orders-example")
    log.logLevel = .error
    return try await withThrowingTaskGroup(of: Void.self) { group in
      for service in services.compactMap({ Shop.service($0, taking: times[$0] ?? .zero) }) {
        let worker = Worker(service, namespace: namespace, redis: redis, log: log)
        group.addTask { try await worker.run() }
      }
      let inspector = Inspector(namespace: namespace, connection: connection)
      try await poll {
        let owned = try await inspector.status().filter { $0.owner != nil }.map(\.service)
        return services.allSatisfy { owned.contains($0) }
      }
      let result = try await body()
      group.cancelAll()
      try await group.waitForAll()
      return result
    }
  }

  private func done(_ services: [String]) async throws {
    let inspector = Inspector(namespace: namespace, connection: connection)
    try await poll { try await inspector.remaining(services).isEmpty }
  }

  private func poll(until condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(1)) }
  }

  private func time(_ body: () async throws -> Void) async throws -> Duration {
    let start = ContinuousClock.now
    try await body()
    return ContinuousClock.now - start
  }
}
