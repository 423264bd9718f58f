public import EventStreams

/// Recomputes from the log and the archive what each service must have done, and compares it with what it has stored.
///
/// May run while services work: positions are read first, then the state, then the log. What was done before is in the state, and
/// what is in the state is in the log; what is on its way is allowed to be there or not, and is counted.
public struct Audit: Sendable {
  private let topic: Topic
  private let inspector: Inspector
  private let state: ServiceState
  private let archive: ArchiveReader?
  private let commissionBasisPoints: Int

  /// An audit.
  ///
  /// - Parameters:
  ///   - archive: what analytics stores into; nil to leave it out.
  ///   - commissionBasisPoints: what the driver service was run with.
  public init(
    topic: Topic, inspector: Inspector, state: ServiceState, archive: ArchiveReader?,
    commissionBasisPoints: Int = DriverService.standardCommissionBasisPoints
  ) {
    self.topic = topic
    self.inspector = inspector
    self.state = state
    self.archive = archive
    self.commissionBasisPoints = commissionBasisPoints
  }

  /// Looks at everything, shard by shard; holds one shard's state in memory at a time.
  ///
  /// - Parameter onShard: is told of each shard that is done.
  public func run(onShard: (Int) -> Void = { _ in }) async throws -> AuditReport {
    var report = AuditReport()
    report.hasArchive = archive != nil
    var streams: [Identifier: [Int: Set<Identifier>]] = [:]
    for service in LedgerState.services {
      streams[service] = try await state.names(service, prefix: BookedPosting.streamPrefix)
    }
    for shard in topic.shards {
      let names = streams.mapValues { $0[shard] ?? [] }
      var audit = try await ShardAudit(
        shard: shard, inspector: inspector, state: state, archive: archive, streams: names,
        commissionBasisPoints: commissionBasisPoints)
      try await audit.run(into: &report)
      onShard(shard)
    }
    return report
  }
}
