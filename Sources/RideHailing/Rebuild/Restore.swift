public import EventArchive
public import EventStreams
import EventStreamsOperations
public import HiredisClient

/// Brings logs, groups, remembered ids and all services' state back from the archive, after the server has lost them.
///
/// What is in the logs now, published or handled since the loss, is kept: it is history like the rest. A service's state is the fold
/// over all of it; what nothing tells to have been handled is left pending, and is handled, with the same idempotency keys, when the
/// service goes on. Running it again does no harm.
public struct Restore: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let archive: ArchiveReader
  private let services: RideServices
  private let logFrom: Timestamp?
  private let attempt = RebuildRun()
  /// What a service has given up on for good.
  var isDiscarded: @Sendable (_ service: String, _ shard: Int, EntryID) -> Bool = { _, _, _ in false }

  private static let renewalInterval = Duration.seconds(10)

  /// A restore.
  ///
  /// - Parameters:
  ///   - logFrom: events recorded earlier stay in the archive alone, unless somebody must still handle them; nil to put all into the log.
  ///   - services: those whose state this program can build.
  public init(
    namespace: Namespace, connection: Connection, archive: ArchiveReader, logFrom: Timestamp? = nil,
    services: RideServices = .standard
  ) {
    self.namespace = namespace
    self.connection = connection
    self.archive = archive
    self.logFrom = logFrom
    self.services = services
  }

  /// The archive does not belong to this namespace.
  public struct Mismatch: Error, Sendable, CustomStringConvertible {
    /// What it says to people.
    public let description: String
  }

  /// Restores all shards, two at a time; holds the state of as many in memory.
  ///
  /// - Parameter onProgress: is told of the shard and the events looked at so far.
  public func run(
    onProgress: @escaping @Sendable (_ shard: Int, _ events: Int) -> Void = { _, _ in }
  ) async throws -> RestoreReport {
    try await Self.check(archive, for: namespace, services)
    var report = RestoreReport()
    let known = services.rebuilt + [services.archive.service]
    let status = try await Inspector(namespace: namespace, connection: connection).overview()
    let others = status.allServices.filter { !Set(names: known).contains($0) }
    try await namespace.eachShard {
      try await restore($0, known, others, onProgress)
    } take: {
      report.shards.append($0)
    }
    try await StoreConfirmation(services.archive.service, namespace: namespace, connection: connection)
      .adopt(archive.identity())
    return report
  }

  /// Refuses an archive whose events belong into other shards.
  ///
  /// - Parameter namespace: it need not be there.
  /// - Throws: `Mismatch`.
  public static func check(
    _ archive: ArchiveReader, for namespace: Namespace, _ services: RideServices = .standard
  ) async throws {
    let catalog = services.catalog
    for shard in try await archive.shards() {
      guard shard < namespace.shardCount else {
        throw Mismatch(
          description:
            "the archive has events of shard \(shard), the namespace has \(namespace.shardCount) shards: give the number that it had with --shards"
        )
      }
      for row in try await archive.rows(.init(shard: shard, after: .zero, limit: 20)) {
        guard let event = try? catalog.read(row.json.span) else { continue }
        guard namespace.shard(of: event.shardKey) == shard else {
          throw Mismatch(
            description:
              "the archive has event \(event.id) in shard \(shard), in a namespace with \(namespace.shardCount) shards it belongs into \(namespace.shard(of: event.shardKey)): give the number of shards that it had with --shards"
          )
        }
      }
    }
  }

  private func restore(
    _ shard: Int, _ known: [String], _ others: [String], _ onProgress: (Int, Int) -> Void
  ) async throws -> RestoreReport.Shard {
    let log = try await Inspector(namespace: namespace, connection: connection).extent(shard: shard)
    var held: [Identifier: ShardRebuild] = [:]
    func release() async throws { for service in held.values { try await service.release() } }
    do {
      for service in known + others {
        held[service] = try await ShardRebuild.hold(
          service, shard: shard, run: attempt, namespace: namespace, connection: connection)
      }
      let result = try await restore(shard, log, held: held, others: others, onProgress)
      try await release()
      return result
    } catch {
      try? await release()
      throw error
    }
  }

  private func history(_ shard: Int, types: [EventType] = []) -> ShardHistory {
    var filter = HistoryFilter()
    filter.types = types
    return ShardHistory(
      of: services.archive, shard: shard, inspector: Inspector(namespace: namespace, connection: connection),
      archive: archive,
      filter: filter
    )
  }

  /// - Parameters:
  ///   - live: the log as it was.
  ///   - others: services that this program does not know: it can't tell what they have made of an event.
  private func restore(
    _ shard: Int, _ live: LogExtent?, held: [Identifier: ShardRebuild], others: [String],
    _ onProgress: (Int, Int) -> Void
  ) async throws -> RestoreReport.Shard {
    let outcomes = try await Outcomes(of: services.folded, services.catalog) { self.history(shard, types: $0) }
    let folds = services.folded.map { ServiceFold($0, shard: shard, outcomes: outcomes) }
    // It takes another look at all of history.
    var lostOthers: [String] = []
    if !others.isEmpty, try await isLost(live, shard) { lostOthers = others }
    var log = try await LogRestore(namespace: namespace, connection: connection, shard: shard, run: attempt)
    var pending: [Identifier: [TopicPlace]] = [:]
    var (places, archived) = (0, 0)
    var renewed = ContinuousClock.now
    var last: EntryID?
    // From the first event on that must still be handled, or is wanted: a log has no holes.
    var hasLogBegun = false
    var history = history(shard)
    while let item = try await history.next() {
      places += 1
      last = item.id
      if places % 1000 == 0 {
        onProgress(shard, places)
        // A long history takes longer than a shard is held without a word.
        if renewed.duration(to: .now) > Self.renewalInterval {
          for service in held.values { try await service.renew() }
          renewed = .now
        }
      }
      let event = item.event(in: shard)
      guard !item.isRepetition else {
        // One that the archive has not stored is nowhere after this: nobody is to look for it.
        log.note(event, topic: item.topic, isCounted: item.archived != nil)
        continue
      }
      var isOpen = false
      for fold in folds where !isDiscarded(fold.name, shard, item.id) {
        if case .unknown = try await fold.addIfHandled(event) {
          pending[fold.name, default: []].append(TopicPlace(topic: item.topic, id: item.id))
          isOpen = true
        }
      }
      if item.archived == nil {
        pending[services.archive.service, default: []].append(TopicPlace(topic: item.topic, id: item.id))
        isOpen = true
      } else {
        archived += 1
      }
      hasLogBegun = hasLogBegun || isOpen || !lostOthers.isEmpty || logFrom.map { item.id.recordedAt >= $0 } != false
      if hasLogBegun {
        try await log.add(event, topic: item.topic)
      } else {
        log.remember(event, topic: item.topic)
      }
    }

    for fold in folds {
      try await ShardRebuild.prepare(
        fold.image, fold.name, shard: shard, run: attempt, namespace: namespace, connection: connection)
    }
    let store = StateImage()
    store.apply(try await archive.end(shard).effects, at: last ?? .zero) { _ in false }
    var groups: [LogRestore.Group] = []
    for (name, service) in held.sorted(by: { $0.key < $1.key }) {
      let fold = folds.first { $0.name.hasSameBytes(as: name.text) }
      let state = name == Identifier(services.archive.service) ? store : fold?.image
      let topics = try await topics(of: name.text, service.progress)
      let group =
        if Set(names: lostOthers).contains(name) {
          // It handles everything again, so it begins with nothing.
          LogRestore.Group(service, position: .zero, pending: [], topics: topics, state: StateImage())
        } else if Set(names: others).contains(name) {
          LogRestore.Group(
            service, position: service.progress.last, pending: service.progress.open, topics: topics, state: nil)
        } else {
          LogRestore.Group(
            service, position: last ?? .zero, pending: pending[name] ?? [], topics: topics, state: state)
        }
      groups.append(group)
    }
    let events = log.count
    let meanwhile = try await log.finish(through: last, groups: groups)
    return RestoreReport.Shard(
      shard: shard, events: events + meanwhile, archived: archived,
      archivedThrough: try await archive.lastID(shard: shard), publishedMeanwhile: meanwhile,
      pending: pending.mapValues(\.count), handledAgain: lostOthers)
  }

  /// The topics that a service is delivered: as the namespace was made for it, as this program knows it, or as it was until now.
  private func topics(of service: String, _ progress: ServiceProgress) async throws -> [String] {
    let listed = try await namespace.services(on: connection) + services.subscriptions
    if let known = listed.first(where: { $0.service.hasSameBytes(as: service) }) { return known.topics }
    return progress.topics.isEmpty ? [Namespace.allTopics] : progress.topics
  }

  /// Whether a log was lost and has begun anew, or never was: it has never had all that history knows of the shard.
  private func isLost(_ log: LogExtent?, _ shard: Int) async throws -> Bool {
    guard let log else { return try await archive.lastID(shard: shard) != nil }
    var places = 0
    var history = history(shard)
    while let item = try await history.next() { places += item.isRepetition && item.archived == nil ? 0 : 1 }
    return log.added < places
  }
}
