import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@testable import OrdersExample

@Suite("Calls and events") struct ComparisonTests {
  @Test("calls take the sum of all services and fail with one; an event is there at once, and arrives everywhere")
  func compare() async throws {
    try await ShopBench.run { bench in
      let times: [String: Duration] = [
        "payment": .milliseconds(40), "inventory": .milliseconds(10), "email": .milliseconds(50),
        "analytics": .milliseconds(20),
      ]
      let result = try await Rehearsal(
        times: times, namespace: bench.namespace, connection: bench.connection, redis: bench.server.url
      ).run()
      #expect(result.calls >= .milliseconds(120))
      #expect(result.failedCalls >= .milliseconds(50))
      #expect(result.event < result.calls)
      #expect(result.eventDone >= .milliseconds(50))
      #expect(result.waiting == 1)
      #expect(try await bench.mails().count == 2)
      #expect(try await bench.state("inventory", "stock") == ["item_1": "0"])
      try await Namespace.remove(bench.namespace.name, from: bench.connection)
      #expect(try await bench.connection.integer(["DBSIZE"]) == 0)
    }
  }
}
