import EventStreams
public import EventStreamsOperations

/// Checks the archive against itself, and against the log as far as that goes.
///
/// Within the file: the chain of each shard is recomputed. Against Redis: every event that the log and the archive both should hold
/// is the same in both, byte for byte; and archive and log together hold as many events as were ever added to the log, so that a hole
/// in the part that was trimmed is found as well. May run while services work.
public struct ArchiveVerification: Sendable {
  private let archive: ArchiveReader
  private let inspector: Inspector?
  private let shards: Range<Int>?

  /// A verification.
  ///
  /// - Parameters:
  ///   - archive: what is verified.
  ///   - inspector: of the log; nil to look at the file only.
  ///   - shards: the namespace's; nil for those that the file knows.
  /// - Throws: `ArchiveProblem` if the archive has no chains yet.
  public init(archive: ArchiveReader, inspector: Inspector?, shards: Range<Int>?) throws {
    guard archive.isChained else {
      throw ArchiveProblem(
        "the archive \(archive.path) has no chains yet: its service makes them when it next opens it")
    }
    self.archive = archive
    self.inspector = inspector
    self.shards = shards
  }

  /// Looks at everything.
  ///
  /// - Parameter onProgress: is told the shard and how many of its rows have been checked.
  public func run(onProgress: @escaping @Sendable (_ shard: Int, _ rows: Int) -> Void = { _, _ in }) async throws
    -> ArchiveVerificationReport
  {
    var report = ArchiveVerificationReport()
    for shard in Set(shards.map { Array($0) } ?? []).union(try await archive.chainedShards()).sorted() {
      var result = ArchiveVerificationReport.Shard(shard: shard)
      // Before the rows are read: what was handled or trimmed by then has its row.
      let extent = try await inspector?.extent(shard: shard)
      let progress = try await inspector?.progress([archive.domain.service], shard: shard).first
      let first = extent?.start ?? .zero
      let chain = try await archive.walk(shard: shard, countingBefore: first) { onProgress(shard, $0) }
      result.rows = chain.rows
      report.faults.add(chain.faults)
      if let inspector, let extent, let progress {
        var comparison = LogComparison(
          shard: shard, archive: archive, inspector: inspector, extent: extent, progress: progress)
        try await comparison.run(from: first)
        result.compared = comparison.compared
        result.counting = comparison.count(rowsBefore: chain.rowsBefore)
        report.faults.add(comparison.faults)
      } else if inspector != nil, chain.rows > 0 {
        // The log is gone.
        result.counting = .notComparable
      }
      report.shards.append(result)
    }
    report.hasLog = inspector != nil
    return report
  }
}
