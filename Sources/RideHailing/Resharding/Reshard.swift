public import EventArchive
public import EventStreams
public import EventStreamsOperations
public import HiredisClient

/// Splits a namespace into another number of shards: copies the archive into one of the new shards, seals the namespace, has its services
/// settle what is there, copies the rest, has logs and states come from that as a restore does, checks that they are what they were, and puts it in
/// the namespace's place.
///
/// From the seal on the namespace stands still. Until the last step nothing of it is lost: what fails leaves it as it was, and what is killed is
/// run again, or called off.
public struct Reshard: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let archive: ArchiveReader
  private let newArchive: String
  private let services: RideServices
  private let succession: NamespaceSuccession

  /// What it is at.
  public enum Step: Sendable, Hashable, CustomStringConvertible {
    /// Services settle what is there.
    case settling(String)
    /// Events are copied from archive to archive.
    case copying(Int)
    /// A shard is made.
    case making(shard: Int, events: Int)
    /// A shard is checked.
    case checking(shard: Int)

    /// What it says to people.
    public var description: String {
      switch self {
      case .settling(let left): "sealed; to be settled: \(left)"
      case .copying(let events): "\(events) events copied"
      case .making(let shard, let events): "shard \(shard): \(events) events"
      case .checking(let shard): "shard \(shard) checked"
      }
    }
  }

  /// Why it can't be done, or was not.
  public typealias Refusal = NamespaceSuccession.Refusal

  /// A new split.
  ///
  /// - Parameters:
  ///   - namespace: as it is.
  ///   - connection: used by nobody else meanwhile.
  ///   - archive: what analytics stores into.
  ///   - newArchive: what it is to store into: a path or URL.
  ///   - services: all that the namespace has.
  public init(
    namespace: Namespace, connection: Connection, archive: ArchiveReader, newArchive: String,
    services: RideServices = .standard
  ) {
    self.namespace = namespace
    self.connection = connection
    self.archive = archive
    self.newArchive = newArchive
    self.services = services
    succession = NamespaceSuccession(of: namespace, on: connection)
  }

  /// Does it.
  ///
  /// - Parameters:
  ///   - shardCount: how many shards there are to be.
  ///   - patience: how long services may take for what is there.
  ///   - onStep: is told how far it is.
  /// - Returns: what has taken the namespace's place, and how long nothing could be published.
  /// - Throws: `Refusal`; then the namespace goes on as it was.
  public func run(
    shardCount: Int, patience: Duration, onStep: @escaping @Sendable (Step) -> Void = { _ in }
  ) async throws -> (namespace: Namespace, standstill: Duration) {
    try await check()
    return try await succession.alone {
      do {
        let end = try await storedThrough(patience)
        let split = Namespace(succession.successorName, shardCount: shardCount)
        var copy = try await SplitCopy(of: archive, to: newArchive, for: split, services.catalog)
        try await copy.begin(through: end, givenUp: discarded()) { onStep(.copying($0)) }
        let start = ContinuousClock.now
        try await succession.seal()
        try await settle(patience, onStep)
        try await checkMarks()
        let givenUp = try await copy.finish(givenUp: discarded()) { onStep(.copying($0)) }
        let made = try await make(shardCount, givenUp: givenUp, onStep)
        try await succession.complete()
        return (made, ContinuousClock.now - start)
      } catch {
        // As it was: whoever waits goes on, be it since a run before that was killed.
        if try await succession.isSealed() { try? await succession.reopen() }
        throw error
      }
    }
  }

  // MARK: Before

  private var inspector: Inspector { Inspector(namespace: namespace, connection: connection) }

  private func check() async throws {
    let status = try await inspector.overview()
    let unknown = Set(names: status.allServices).subtracting(Set(names: services.names)).sorted().map(\.text)
    guard unknown.isEmpty else {
      throw Refusal(
        "this program does not know \(unknown.joined(separator: ", ")), so it can't make what that has stored: remove it (rides groups remove), or use a program that has it"
      )
    }
    for group in status.groups where group.dead > 0 {
      throw Refusal(
        "\(group.service) has dead letters: redrive or discard them first (rides dead list \(group.service))")
    }
    if let paused = status.pauses.first(where: { !$0.value.isEmpty }) {
      throw Refusal("\(paused.key.text) is paused: have it go on first (rides resume \(paused.key.text))")
    }
    let known = try await StoreConfirmation.stores(of: namespace, on: connection)[Identifier(services.archive.service)]
    let found = try await archive.identity()
    guard known?.name == found.name else {
      throw Refusal(
        "\(archive.path) is not the archive that \(services.archive.service) stores into\(known.map { ", which is \($0.place)" } ?? "")"
      )
    }
  }

  /// Waits until nothing is left in the sealed shards, and closes them.
  private func settle(_ patience: Duration, _ onStep: (Step) -> Void) async throws {
    try await wait(patience) {
      let left = try await inspector.remaining(services.names).map(\.description).joined(separator: "; ")
      return left.isEmpty ? try await succession.close(services.names) ?? "" : left
    } onLeft: {
      onStep(.settling($0))
    }
  }

  /// Waits until nothing is left of something.
  private func wait(
    _ patience: Duration, until left: () async throws -> String, onLeft: (String) -> Void = { _ in }
  ) async throws {
    let start = ContinuousClock.now
    while true {
      let left = try await left()
      if left.isEmpty { return }
      guard ContinuousClock.now - start < patience else {
        throw Refusal("not everything was settled within \(patience.short), so nothing was changed: \(left)")
      }
      onLeft(left)
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  // MARK: Copying

  /// Waits until the archive has all that was in the logs when this was asked.
  ///
  /// - Returns: the time up to which nothing will be added to it.
  private func storedThrough(_ patience: Duration) async throws -> Timestamp {
    // Nodes of a cluster may have slightly different times.
    let end = try await inspector.serverTime() - .seconds(1)
    let store = services.archive.service
    try await wait(patience) {
      let late = try await inspector.status().count { group in
        group.service.hasSameBytes(as: store) && group.oldest.map { $0.entryID.recordedAt <= end } == true
      }
      return late == 0 ? "" : "\(store) has not stored all of \(late) shards: is it running?"
    }
    return end
  }

  // MARK: Making

  private func make(
    _ shardCount: Int, givenUp moved: Set<GivenUp>, _ onStep: @escaping @Sendable (Step) -> Void
  ) async throws -> Namespace {
    let copy = try await ArchiveReader.open(path: newArchive, of: services.archive)
    var topics: Set<Identifier> = []
    for shard in try await namespace.topics(on: connection) { topics.formUnion(Set(names: shard)) }
    let made = try await succession.makeSuccessor(
      shardCount: shardCount, topics: topics.sorted().map(\.text))
    var restore = Restore(
      namespace: made, connection: connection, archive: copy, logFrom: try await logStart(), services: services)
    restore.isDiscarded = {
      moved.contains(GivenUp(service: Identifier($0), place: LogPlace(entryID: $2, shard: $1)))
    }
    let report = try await restore.run { onStep(.making(shard: $0, events: $1)) }
    for shard in report.shards {
      if let open = shard.pending.first(where: { $0.value > 0 }) {
        throw Refusal(
          "history does not tell what \(open.key.text) has made of \(open.value) events of shard \(shard.shard), so nothing was changed: see rides audit"
        )
      }
    }
    try await succession.takeOver(
      discarded: moved.map { ($0.service.text, $0.place.shard, $0.place.entryID) }, in: made)
    try await SplitCheck(of: namespace, and: made, archive: copy, services: services, connection: connection)
      .run { onStep(.checking(shard: $0)) }
    return made
  }

  /// The archive ends where analytics has said.
  private func checkMarks() async throws {
    var marks: [Int: StoreMark] = [:]
    let state = ServiceState(namespace: namespace, connection: connection)
    for shard in namespace.shards {
      let fields = try await state.fields(services.archive.service, "stored", shard: shard)
      guard let number = fields["number"].flatMap({ Int($0) }), let digest = fields["digest"] else { continue }
      marks[shard] = StoreMark(number: number, digest: digest)
    }
    let ends = try await archive.verify(marks)
    for (shard, mark) in marks where ends[shard] != mark {
      throw Refusal(
        "\(archive.path) has events in shard \(shard) that \(services.archive.service) has not said it stored")
    }
  }

  /// What services have given up on, with its places.
  private func discarded() async throws -> Set<GivenUp> {
    var discarded: Set<GivenUp> = []
    for service in services.names {
      for shard in namespace.shards {
        let progress = try await inspector.progress([service], shard: shard)[0]
        for id in progress.discarded {
          discarded.insert(GivenUp(service: Identifier(service), place: LogPlace(entryID: id, shard: shard)))
        }
      }
    }
    return discarded
  }

  /// When the oldest event was recorded that a log still has; now if none has any.
  private func logStart() async throws -> Timestamp {
    var start: EntryID?
    for shard in namespace.shards {
      guard let first = try await inspector.extent(shard: shard)?.first else { continue }
      start = min(start ?? first, first)
    }
    return start?.recordedAt ?? .now()
  }
}
