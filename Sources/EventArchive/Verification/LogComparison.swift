import EventStreams
import EventStreamsOperations

/// Compares one shard's archive with its log, place by place, from the log's first entry on.
struct LogComparison {
  private let shard: Int
  private let archive: ArchiveReader
  private let inspector: Inspector
  private let extent: LogExtent
  private let progress: ServiceProgress
  /// Places from the log's first on, up to the last id that had been given out when it was looked at.
  private var places = 0

  /// Entries that stand in both.
  private(set) var compared = 0
  private(set) var faults = FaultList()

  /// - Parameters:
  ///   - extent: of the log before the archive was read.
  ///   - progress: of the service that stores before the archive was read.
  init(shard: Int, archive: ArchiveReader, inspector: Inspector, extent: LogExtent, progress: ServiceProgress) {
    self.shard = shard
    self.archive = archive
    self.inspector = inspector
    self.extent = extent
    self.progress = progress
  }

  mutating func run(from first: EntryID) async throws {
    var filter = HistoryFilter()
    filter.recordedFrom = first.recordedAt
    var history = ShardHistory(
      of: archive.domain, shard: shard, inspector: inspector, archive: archive, filter: filter, scope: .everything)
    while let item = try await history.next() {
      guard item.id >= first else { continue }
      if item.id <= extent.lastGenerated { places += 1 }
      try await compare(item)
    }
  }

  private mutating func compare(_ item: ShardHistory.Item) async throws {
    switch (item.logged, item.archived) {
    case (let logged?, let archived?):
      compared += 1
      if !archived.matches(logged) {
        add(
          .notAsLogged, item,
          "the log holds another event: \(String(decoding: logged.prefix(200), as: UTF8.self))")
      }
    case (_?, nil) where progress.state(of: item.id, in: item.topic) == .done:
      add(
        .missing, item,
        "\(archive.domain.service) has acknowledged \(item.header?.id ?? "this entry"), and it has no row")
    case (nil, _?) where item.isRepetition:
      // It was published again after a loss, and a restore has put only its first publication back into the log.
      break
    case (nil, _?) where try await isSuperseded(item):
      // The log has lost it, and it was published again: it stands where its last row is.
      break
    case (nil, _?):
      // It may have been trimmed meanwhile.
      if try await inspector.extent(shard: shard)?.mayHaveTrimmed(item.id, of: item.topic) == true { return }
      add(
        .notInLog, item,
        "the log holds earlier events, and not this one: the log has lost it, or the row was inserted or its entry id changed"
      )
    default: break
    }
  }

  private func isSuperseded(_ item: ShardHistory.Item) async throws -> Bool {
    guard let header = item.header, let last = try await archive.lastPlace(of: header, shard: shard) else {
      return false
    }
    return last > item.id
  }

  /// Whether archive and log hold all that was ever added to the log.
  ///
  /// - Parameter rowsBefore: rows before the log's first entry.
  mutating func count(rowsBefore: Int) -> ArchiveVerificationReport.Counting {
    // A log from which nothing was ever removed does not know of what stands before it: it has begun anew.
    if extent.isWhole, rowsBefore > 0 { return .notComparable }
    let missing = extent.added - rowsBefore - places
    if missing == 0 { return .complete }
    if missing < 0 { return .notComparable }
    faults.add(
      ArchiveFault(
        kind: .uncounted, shard: shard, entryID: nil, link: nil,
        detail:
          "\(extent.added) events were added to the log, \(rowsBefore + places) are in archive and log together: \(missing) are in neither; they were removed from the log before \(archive.domain.service) stored them, or from the archive"
      ))
    return .incomplete
  }

  private mutating func add(_ kind: ArchiveFault.Kind, _ item: ShardHistory.Item, _ detail: String) {
    faults.add(
      ArchiveFault(kind: kind, shard: shard, entryID: item.id, link: item.archived?.link, detail: detail))
  }
}
