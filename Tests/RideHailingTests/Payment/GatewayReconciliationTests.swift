import EventStreams
import EventStreamsOperations
import GatewayDouble
import HiredisClient
import RideHailing
import Testing

@Suite("Our books and the gateway's") struct GatewayReconciliationTests {
  /// What differs between them, with something that happens between two looks.
  private static func differences(
    _ bench: RideBench, _ double: GatewayDouble, meanwhile: @escaping @Sendable () async throws -> Void
  ) async throws -> [GatewayReport.Kind] {
    try await GatewayReconciliation(
      inspector: Inspector(namespace: bench.namespace, connection: bench.connection), state: bench.state,
      shardCount: bench.namespace.shardCount, archive: nil, services: .standard, client: double.client(),
      pause: meanwhile
    ).run().differences.map(\.kind)
  }

  @Test("differ in a charge that stays on one side only, and not in one that is on its way")
  func underWay() async throws {
    try await RideBench.runWithCards { bench, double in
      let rides = ["r1", "r2"].map { id in
        var ride = completedRide(id)
        ride.payment = Payment(.card, token: "pm_card_visa")
        return ride
      }
      try await bench.handle(rides.map { EncodedEvent($0) }, by: ["payment"])
      #expect(try await Self.differences(bench, double) { Issue.record("nothing is to be looked at again") } == [])
      let log = bench.namespace.log(bench.namespace.shard(of: "New York"), RideTopics.payments)
      let captured = try await bench.events("PAYMENT_CAPTURED")
      try #require(captured.count == 2)
      @Sendable func leave(_ number: Int) async throws {
        _ = try await bench.connection.call("XTRIM", log, "MAXLEN", "0")
        try await bench.append(captured[number], to: log)
      }
      try await leave(0)
      #expect(try await Self.differences(bench, double) {} == [.missingHere])
      #expect(try await Self.differences(bench, double) { try await bench.append(captured[1], to: log) } == [])
      // One has come by the second look, and another is on its way by then.
      try await leave(0)
      #expect(try await Self.differences(bench, double) { try await leave(1) } == [])
    }
  }
}
