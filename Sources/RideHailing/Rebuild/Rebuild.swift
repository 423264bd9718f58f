public import EventArchive
public import EventStreams
import EventStreamsOperations
public import HiredisClient

/// Builds a service's state anew from history, compares it with the live state and, if wanted, puts it in its place.
///
/// The service goes on while most of the state is built. Then each shard is held for a moment: what was handled meanwhile is added,
/// the states are compared and swapped. Nothing is charged and nothing sent: what was decided is told by events.
public struct Rebuild: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let archive: ArchiveReader?
  private let readsLog: Bool
  private let services: RideServices
  private let attempt = RebuildRun()

  /// A rebuild.
  ///
  /// - Parameters:
  ///   - archive: the history that the log does not hold any more; nil to take the log alone.
  ///   - readsLog: false to take the archive alone.
  ///   - services: what there is to rebuild.
  public init(
    namespace: Namespace, connection: Connection, archive: ArchiveReader?, readsLog: Bool = true,
    services: RideServices = .standard
  ) {
    self.namespace = namespace
    self.connection = connection
    self.archive = archive
    self.readsLog = readsLog
    self.services = services
  }

  /// Nobody here knows how the service makes its state.
  public struct Unknown: Error, Sendable, CustomStringConvertible {
    let service: String

    /// What it says to people.
    public var description: String {
      "this program doesn't know service '\(service)', so it can't build its state; nothing was changed"
    }
  }

  /// Looks for events that the log has and the archive has not, though analytics has handled them, and stores them if wanted. The
  /// archive is the one of analytics then, whichever was before.
  public func fill(_ archive: Archive?) async throws -> RebuildReport {
    var report = RebuildReport(service: services.archive.service)
    guard let reader = self.archive else { return report }
    let fill = ArchiveFill(
      namespace: namespace, inspector: Inspector(namespace: namespace, connection: connection), reader: reader,
      archive: archive, domain: services.archive)
    for shard in namespace.shards { report.shards.append(try await fill.run(shard)) }
    if archive != nil {
      try await StoreAnchor(service: services.archive.service, namespace: namespace, connection: connection).adopt(
        reader)
    }
    return report
  }

  /// Rebuilds all shards of a service, one after the other.
  ///
  /// - Parameters:
  ///   - applies: whether to put the rebuilt state in the place of the live one, if history is complete.
  ///   - onProgress: is told of the shard and the events added so far.
  /// - Throws: `Unknown` for a service that can't be rebuilt here.
  public func run(
    _ service: String, applies: Bool, onProgress: (_ shard: Int, _ events: Int) -> Void = { _, _ in }
  ) async throws -> RebuildReport {
    guard let known = services.folded.first(where: { $0.name.hasSameBytes(as: service) }) else {
      throw Unknown(service: service)
    }
    var report = RebuildReport(service: service)
    for shard in namespace.shards {
      report.shards.append(try await rebuild(known, shard, applies: applies) { onProgress(shard, $0) })
    }
    return report
  }

  private func history(_ shard: Int, types: [EventType] = [], after: EntryID? = nil) -> ShardHistory {
    var filter = HistoryFilter()
    filter.types = types
    if let after, after > .zero { filter.recordedFrom = after.recordedAt }
    return ShardHistory(
      of: services.archive, shard: shard,
      inspector: readsLog ? Inspector(namespace: namespace, connection: connection) : nil,
      archive: archive,
      filter: filter)
  }

  /// What tells how the service has decided, in a shard's history.
  private func outcomes(of service: any FoldedService.Type, _ shard: Int, after: EntryID? = nil) async throws
    -> Outcomes
  {
    try await Outcomes(of: [service], services.catalog) { history(shard, types: $0, after: after) }
  }

  private func rebuild(
    _ service: any FoldedService.Type, _ shard: Int, applies: Bool, _ onProgress: (Int) -> Void
  ) async throws -> RebuildReport.Shard {
    var (events, unknown) = (0, 0)
    // Everything before this place is settled for good.
    let inspector = Inspector(namespace: namespace, connection: connection)
    let settled = try await inspector.progress([service.name], shard: shard)[0]
    var fold = ServiceFold(service, shard: shard, outcomes: try await outcomes(of: service, shard))
    func add(_ item: ShardHistory.Item, _ progress: ServiceProgress) async throws {
      guard !item.isRepetition, progress.state(of: item.id, in: item.topic) == .done else { return }
      do {
        if case .applied = try await fold.add(item.event(in: shard)) { events += 1 }
      } catch is Undecided {
        unknown += 1
      }
      if events % 1000 == 0 { onProgress(events) }
    }

    // Place by place, those of what was published again as well: none of them is missing.
    var past = history(shard)
    var last = EntryID.zero
    while let item = try await past.next(), item.id < settled.firstOpen {
      try await add(item, settled)
      last = item.id
    }
    if applies {
      try await ShardRebuild.prepare(
        fold.image, service.name, shard: shard, run: attempt, namespace: namespace, connection: connection)
    }

    let start = ContinuousClock.now
    let held = try await ShardRebuild.hold(
      service.name, shard: shard, run: attempt, namespace: namespace, connection: connection)
    do {
      // What was decided meanwhile is known by now.
      fold = try await fold.knowing(outcomes(of: service, shard, after: last))
      var rest = history(shard, after: last)
      var missing = 0
      while let item = try await rest.next() {
        guard item.id > last else { continue }
        guard item.id <= held.progress.last else { break }
        try await add(item, held.progress)
        last = item.id
      }
      if last < held.progress.last { missing = try await self.missing(shard, after: last, held.progress) }
      let isApplied = applies && unknown == 0 && missing == 0
      if isApplied { try await held.apply(fold.image) }
      try await held.release()
      let time = ContinuousClock.now - start
      // The service goes on meanwhile: it is its state as it was that is compared.
      let comparison = held.compare(fold.image)
      return RebuildReport.Shard(
        shard: shard, events: events, unknown: unknown, missing: missing, comparison: comparison, held: time,
        isApplied: isApplied)
    } catch {
      try? await held.release()
      throw error
    }
  }

  /// How many entries after a place the service has handled.
  private func missing(_ shard: Int, after: EntryID, _ progress: ServiceProgress) async throws -> Int {
    let inspector = Inspector(namespace: namespace, connection: connection)
    var (count, place) = (0, after)
    while true {
      let page = try await inspector.entries(shard: shard, after: place, limit: 1000)
      count += page.count { $0.id <= progress.last && progress.state(of: $0.id, in: $0.topic) == .done }
      guard page.count == 1000, let last = page.last?.id, last < progress.last else { return count }
      place = last
    }
  }
}
