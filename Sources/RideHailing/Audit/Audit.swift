public import EventArchive
public import EventStreams
public import EventStreamsOperations

/// Recomputes from the log and the archive what each service must have done, and compares it with what it has stored.
///
/// May run while services work: positions are read first, then the state, then the log. What was done before is in the state, and
/// what is in the state is in the log; what is on its way, or was done meanwhile, is allowed to be there or not.
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

  /// Looks at all shards, two at a time; holds the state of as many in memory.
  ///
  /// - Parameter onShard: is told of each shard that is done.
  public func run(onShard: (Int) -> Void = { _ in }) async throws -> AuditReport {
    var report = AuditReport()
    report.hasArchive = archive != nil
    report.unsent = try await inspector.status().reduce(0) { $0 + $1.unsent }
    var rides = RidesByShard()
    var crossing = CrossingEvents()
    var areWhole = true
    let start = try await lastRecordedAt()
    try await namespace.eachShard { shard in
      var audit = try await ShardAudit(
        shard: shard, of: namespace, services: services, inspector: inspector, state: state, archive: archive)
      return try await audit.findings(before: start)
    } take: { found in
      report.add(found.report)
      for ride in found.rides {
        guard let other = rides.add(ride, shard: found.shard) else { continue }
        try await check(ride, in: found.shard, and: other, &report)
      }
      for event in found.sent { crossing.send(event) }
      for event in found.arrived { crossing.arrive(event) }
      areWhole = areWhole && found.isWhole
      onShard(found.shard)
    }
    try await check(crossing, areWhole: areWhole, &report)
    return report
  }

  /// When the last event was recorded: what is recorded later may come of what was not done yet when its shard was looked at.
  private func lastRecordedAt() async throws -> Timestamp {
    var last = EntryID.zero
    for shard in namespace.shards { last = max(last, try await inspector.extent(shard: shard)?.lastGenerated ?? .zero) }
    return last.recordedAt
  }

  /// What services have published into other shards is there, or on its way; and nothing else is.
  private func check(_ crossing: CrossingEvents, areWhole: Bool, _ report: inout AuditReport) async throws {
    var missing = crossing.missing
    if !missing.isEmpty {
      let unsent = Set(try await inspector.unsent().map { Identifier($0.id) })
      missing.removeAll { unsent.contains($0.id) }
    }
    // It may have come since its shard was looked at.
    for (shard, events) in Dictionary(grouping: missing, by: \.shard) {
      var history = ShardHistory(of: services.archive, shard: shard, inspector: inspector, archive: archive)
      var left = Dictionary(events.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      while !left.isEmpty, let event = try await history.nextEvent() {
        if let id = event.header?.id { left[Identifier(id)] = nil }
      }
      for event in left.values {
        report.add(violation(.missingEvent, event, expected: "one", found: "none"))
      }
    }
    guard areWhole else { return }
    for event in crossing.unknown {
      report.add(violation(.unknownEvent, event, expected: "nothing that led to it", found: "one"))
    }
  }

  private func violation(
    _ kind: Violation.Kind, _ event: CrossingEvents.Crossing, expected: String, found: String
  ) -> Violation {
    Violation(
      kind: kind, service: event.service, shard: event.shard, ride: event.ride, key: event.id.text, expected: expected,
      found: found)
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
