public import EventStreams
public import HiredisClient

/// Puts a shard's log, its groups, the ids that are remembered, what waits until it is due and its services' state back, from history.
public struct LogRestore: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let shard: Int
  private var commands = Commands()
  /// Entries written.
  public private(set) var count = 0

  /// What the names of the staged streams begin with.
  private let logs: String
  /// Topic -> entries that it has ever had.
  private var added: [Identifier: Int] = [:]
  private let seen: String
  private var waiting: WaitingEvents

  /// Where a group goes on.
  public struct Group: Sendable {
    /// The held shard of the service.
    public let held: ShardRebuild
    /// The last entry that it has been given.
    public let position: EntryID
    /// Entries up to there that it has not handled.
    public let pending: [TopicPlace]
    /// The topics that it is delivered; `*` for all.
    public let topics: [String]
    /// The state to put in the place of the live one; nil to leave it alone.
    public let state: StateImage?

    /// A group.
    public init(
      _ held: ShardRebuild, position: EntryID, pending: [TopicPlace], topics: [String], state: StateImage?
    ) {
      self.held = held
      self.position = position
      self.pending = pending
      self.topics = topics
      self.state = state
    }
  }

  /// Begins; what earlier runs have left is removed.
  ///
  /// - Parameters:
  ///   - namespace: as `Namespace.open` returned it.
  ///   - connection: to the namespace's server.
  ///   - shard: 0 ..< shard count
  ///   - run: this run, which others do not disturb.
  public init(
    namespace: Namespace, connection: Connection, shard: Int, run: RebuildRun
  ) async throws {
    self.namespace = namespace
    self.connection = connection
    self.shard = shard
    let prefix = namespace.restored(shard)
    logs = "\(prefix)\(run.name):log"
    seen = "\(prefix)\(run.name):seen"
    waiting = WaitingEvents(deduplicationTime: namespace.deduplicationTime)
    try await StateImage.remove(prefix, connection)
  }

  /// Adds an event at the place that it had.
  ///
  /// Publishing it again is recognised from now on, however old it is: a service that is given events again publishes again what follows from
  /// them, in this shard and in others.
  public mutating func add(_ event: RecordedEvent, topic: String) async throws {
    note(event, topic: topic)
    if let id = event.header?.id { commands.append("HSETNX", seen, id, event.entryID.description) }
    commands.begin(argumentCount: 5)
    commands.argument("XADD")
    commands.argument("\(logs):\(topic)")
    commands.argument(event.entryID.description)
    commands.argument("event")
    commands.argument(event.json)
    count += 1
    if commands.count >= 1000 { try await flush() }
  }

  /// Has publishing an event again recognised, if it was recorded within the deduplication time, though it is not in the log any more.
  public mutating func remember(_ event: RecordedEvent, topic: String) {
    note(event, topic: topic)
    guard let id = event.header?.id, event.entryID.recordedAt + namespace.deduplicationTime > .now() else { return }
    commands.append("HSETNX", seen, id, event.entryID.description)
  }

  /// Takes in an event that was published again, and stands in the log no more: one of its id that waited does so no more either.
  ///
  /// - Parameters:
  ///   - event: as it was logged.
  ///   - topic: the topic that it goes to.
  ///   - isCounted: false for one that nobody will look for.
  public mutating func note(_ event: RecordedEvent, topic: String, isCounted: Bool = true) {
    waiting.add(event)
    if isCounted { added[topic, default: 0] += 1 }
  }

  /// Writes what waits beside the log.
  private mutating func stageWaiting() async throws {
    for (id, event) in waiting.events {
      let due = String(event.due.dueMilliseconds)
      commands.append("ZADD", "\(logs.dropLast(4)):scheduled", due, ScheduledEvent.member(id.text, at: event.place))
      commands.begin(argumentCount: 4)
      commands.argument("HSET")
      commands.argument("\(logs.dropLast(4)):scheduled:events")
      commands.argument(id.text)
      commands.argument(Array("\(due) \(event.place) \(event.topic) ".utf8) + event.json)
      commands.append("HSETNX", seen, id.text, event.place.description)
      if commands.count >= 1000 { try await flush() }
    }
  }

  private mutating func flush() async throws {
    guard commands.count > 0 else { return }
    _ = try await connection.answers(to: commands)
    commands.removeAll(keepingCapacity: true)
  }

  /// Puts it all in the place of the live log, in one step; what was published there meanwhile follows.
  ///
  /// - Parameters:
  ///   - end: the last entry of the live log that was added, or left out on purpose; nil if there was none.
  ///   - groups: the groups to make, with their places.
  /// - Returns: how many events were published meanwhile.
  public mutating func finish(through end: EntryID?, groups: [Group]) async throws -> Int {
    try await stageWaiting()
    try await flush()
    var states: [StagedKeys] = []
    for group in groups {
      try await group.held.renew()
      if let state = group.state {
        states.append(try await group.held.stage(state))
      } else {
        states.append(StagedKeys(staged: [], live: [], obsolete: [], lasting: 0))
      }
    }
    do {
      return try await connection.call(
        RestoreCall(
          namespace: namespace, shard: shard, stagedLogs: logs, stagedIDs: seen, end: end,
          added: added,
          groups: zip(groups, states).map { group, state in
            RestoreCall.Group(
              service: group.held.service, epoch: group.held.epoch, position: group.position, pending: group.pending,
              topics: group.topics, state: state)
          }))
    } catch  where (error as? RedisError)?.isFenced == true {
      throw MaintenanceLease.Lost(service: groups.first?.held.service ?? "", shard: shard)
    }
  }
}
