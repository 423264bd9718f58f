public import EventStreams
public import EventStreamsOperations

/// Publishes again what a log has lost and the archive holds, after the server went back to an earlier moment: each event under its own
/// id, so that one which its producer has published again meanwhile is there once.
///
/// What services had made of a lost event went back with it: they handle it again. Its row stays in the archive, at the place that it
/// had; where it stands now it is stored anew, which `LogComparison` takes for what it is.
public struct Reconciliation: Sendable {
  private let namespace: Namespace
  private let inspector: Inspector
  private let archive: ArchiveReader
  private let publisher: Publisher
  private let filter: HistoryFilter

  private static let batchSize = 500

  /// A reconciliation.
  ///
  /// - Parameters:
  ///   - namespace: whose logs are looked at.
  ///   - inspector: reads the logs.
  ///   - archive: of the namespace.
  ///   - publisher: publishes what is lost.
  ///   - since: looks only at what was recorded at this moment or later; nil for all that the archive holds.
  public init(
    namespace: Namespace, inspector: Inspector, archive: ArchiveReader, publisher: Publisher, since: Timestamp? = nil
  ) {
    self.namespace = namespace
    self.inspector = inspector
    self.archive = archive
    self.publisher = publisher
    var filter = HistoryFilter()
    filter.recordedFrom = since
    self.filter = filter
  }

  /// Looks at all shards, one after the other.
  ///
  /// - Parameter onProgress: is told of the shard and the places looked at so far.
  public func run(onProgress: (_ shard: Int, _ places: Int) -> Void = { _, _ in }) async throws
    -> [ReconciliationReport.Shard]
  {
    var shards: [ReconciliationReport.Shard] = []
    for shard in namespace.shards { shards.append(try await run(shard) { onProgress(shard, $0) }) }
    return shards
  }

  private func run(_ shard: Int, _ onProgress: (Int) -> Void) async throws -> ReconciliationReport.Shard {
    var report = ReconciliationReport.Shard(shard: shard)
    // As it is before anything is published again: what was trimmed then is no loss.
    let extent = try await inspector.extent(shard: shard)
    var history = ShardHistory(
      of: archive.domain, shard: shard, inspector: inspector, archive: archive, filter: filter, scope: .everything)
    var lost: [EncodedEvent] = []
    var places = 0
    while let item = try await history.next() {
      places += 1
      if places % 1000 == 0 { onProgress(places) }
      guard item.logged == nil, !item.isRepetition, extent?.mayHaveTrimmed(item.id, of: item.topic) != true else {
        continue
      }
      // What is no event was never published, and a record of what waits means nothing without what it is about.
      guard item.header != nil, !item.topic.hasSameBytes(as: Namespace.scheduleTopic) else {
        report.leftOut += 1
        continue
      }
      lost.append(try LoggedEvent.again(item.json, shard: shard, of: namespace) { _ in item.topic })
      if lost.count == Self.batchSize { try await publish(&lost, &report) }
    }
    try await publish(&lost, &report)
    return report
  }

  private func publish(_ lost: inout [EncodedEvent], _ report: inout ReconciliationReport.Shard) async throws {
    guard !lost.isEmpty else { return }
    for (event, result) in zip(lost, try await publisher.publish(lost)) {
      if result.difference != nil {
        report.different.append(event.id)
      } else if result.isDuplicate {
        report.present += 1
      } else {
        report.published += 1
      }
    }
    lost.removeAll(keepingCapacity: true)
  }
}
