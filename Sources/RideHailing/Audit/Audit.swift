public import EventArchive
public import EventStreams

/// Recomputes from the log and the archive what each service must have done, and compares it with what it has stored.
///
/// May run while services work: positions are read first, then the state, then the log. What was done before is in the state, and
/// what is in the state is in the log; what is on its way is allowed to be there or not, and is counted.
public struct Audit: Sendable {
  private let namespace: Namespace
  private let inspector: Inspector
  private let state: ServiceState
  private let archive: ArchiveReader?
  private let services: RideServices

  /// An audit.
  ///
  /// - Parameters:
  ///   - archive: what analytics stores into; nil to leave it out.
  ///   - services: whose state is looked at.
  public init(
    namespace: Namespace, inspector: Inspector, state: ServiceState, archive: ArchiveReader?,
    services: RideServices = .standard
  ) {
    self.namespace = namespace
    self.inspector = inspector
    self.state = state
    self.archive = archive
    self.services = services
  }

  /// Looks at everything, shard by shard; holds one shard's state in memory at a time.
  ///
  /// - Parameter onShard: is told of each shard that is done.
  public func run(onShard: (Int) -> Void = { _ in }) async throws -> AuditReport {
    var report = AuditReport()
    report.hasArchive = archive != nil
    report.unsent = try await inspector.status().reduce(0) { $0 + $1.unsent }
    var rides = RidesByShard()
    for shard in namespace.shards {
      var audit = try await ShardAudit(
        shard: shard, services: services, inspector: inspector, state: state, archive: archive)
      try await audit.run(into: &report)
      for ride in audit.completedRides {
        guard let other = rides.add(ride, shard: shard) else { continue }
        try await check(ride, in: shard, and: other, &report)
      }
      onShard(shard)
    }
    return report
  }

  /// A ride that two shards know has been booked in both, by each service that knows it in both.
  private func check(_ ride: Identifier, in shard: Int, and other: Int, _ report: inout AuditReport) async throws {
    for service in services.folded {
      guard let hash = service.rides?.first else { continue }
      let found = try await state.field(service.name, hash, ride.text).map(\.shard)
      guard found.contains(shard), found.contains(other) else { continue }
      report.add(
        Violation(
          kind: .rideInTwoShards, service: service.name, shard: shard, ride: ride.text, key: "\(hash)[\(ride)]",
          expected: "in shard \(other) only", found: "in shards \(found.map(String.init).joined(separator: ", "))"))
    }
  }
}
