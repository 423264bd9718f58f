import EventArchive
import EventStreams
import EventStreamsOperations
import GatewayDouble
import RideHailing
import Testing

extension RideBench {
  /// Runs `body` with a gateway's strict double, which is asked over HTTP.
  static func runWithCards(_ body: (RideBench, GatewayDouble) async throws -> Void) async throws {
    let double = try GatewayDouble()
    try await run { try await body($0.with(gateway: CardsOverHTTP(double.client())), double) }
  }

  /// The audit has nothing to say, and these services' states follow from the history, or from the archive if it is stored.
  func expectTrue(
    of services: [String], archive: Bool = false, at place: SourceLocation = #_sourceLocation
  ) async throws {
    #expect(try await audit(archive: archive).violations.map(\.description) == [], sourceLocation: place)
    let reader = archive ? try ArchiveReader(path: configuration.archivePath, of: .rides) : nil
    for service in services {
      let rebuilt = try await Rebuild(namespace: namespace, connection: connection, archive: reader)
        .run(service, applies: false)
      #expect(
        rebuilt.isIdentical, "\(service) \(rebuilt.shards.flatMap(\.comparison.differences).prefix(3))",
        sourceLocation: place)
    }
  }

  /// How what the gateway has done differs from the books.
  func differences(from double: GatewayDouble) async throws -> [GatewayReport.Difference] {
    try await GatewayReconciliation(
      inspector: Inspector(namespace: namespace, connection: connection), state: state,
      shardCount: namespace.shardCount, archive: nil, services: .standard, client: double.client()
    ).run().differences
  }
}
