import EventStreams
import HiredisClient

extension Inspector {
  /// The events about one thing, and how far each service has come with them.
  ///
  /// Costs nothing while events are handled, and little however long the logs are: where events stand is remembered by their ids, so that nothing
  /// is published twice, and most ids follow from what they are about. What producers called otherwise, and what is remembered no more, an archive knows; of what it
  /// does not have yet, the logs' ends are looked through.
  ///
  /// - Parameters:
  ///   - subject: what the events are about.
  ///   - archived: what an archive has of them, read just before; nil if none is at hand.
  ///   - search: how far is looked.
  public func trace(
    _ subject: TracedSubject, archived: ArchivedTrace? = nil, search: TraceSearch = .names
  ) async throws -> SubjectTrace {
    // In this order: what is moved into the log meanwhile is in one of them, or in both.
    let unsent = try await unsent(about: subject, limit: search == .log ? .max : Self.unsentLookedAt)
    var scheduled = search == .log ? try await self.scheduled(where: subject.isSubject) : []
    var found = TracedEvents(subject, archived: archived?.events ?? [])
    scheduled += try await lookUp(subject, &found)
    var isComplete = true
    switch search {
    case .log:
      try await lookThrough(subject, &found, after: archived?.ends)
    case .names where archived == nil:
      isComplete = false
      try await lookBefore(subject, &found)
    case .names:
      isComplete = try await lookAtEnds(&found, after: archived?.ends ?? [:])
    }
    let events = found.all
    var logged = Set(events.map { Identifier($0.header.id) })
    return SubjectTrace(
      events: try await traced(events),
      scheduled: scheduled.sorted { ($0.due, $0.recordID) < ($1.due, $1.recordID) }.filter { logged.insert($0.id) },
      unsent: unsent, isComplete: isComplete)
  }

  /// What is looked at of an outbox, which is empty most of the time.
  private static let unsentLookedAt = 1000
  /// What is looked at of each topic of a shard where the archive ends, or before the first event that is known: more than an archive is behind that
  /// keeps up, and little if it does not.
  private static let logLookedAt = 100

  // MARK: By name

  /// Finds events by what they may be called, and by what is found then.
  ///
  /// - Returns: those that wait.
  private func lookUp(_ subject: TracedSubject, _ found: inout TracedEvents) async throws -> [ScheduledEvent] {
    var scheduled: [ScheduledEvent] = []
    var asked: Set<TracedSubject.Name> = []
    var names = subject.first
    while !names.isEmpty {
      asked.formUnion(names)
      let shards = found.shards
      let (waiting, places) = try await lookUp(names, shards.isEmpty ? Array(namespace.shards) : shards)
      scheduled += waiting.filter { subject.isSubject(of: $0.json.span) }
      for (shard, entry) in try await entries(at: places) { found.add(entry, shard: shard, asked: asked) }
      names = subject.further(found.recorded).filter { !asked.contains($0) }
    }
    return scheduled
  }

  /// Which of these events wait, and where those stand that are remembered.
  private func lookUp(
    _ names: [TracedSubject.Name], _ shards: [Int]
  ) async throws -> (waiting: [ScheduledEvent], places: [(shard: Int, topic: String, id: EntryID)]) {
    let ids = names.map(\.id.text)
    var commands = Commands()
    for shard in shards { commands.append(["HMGET", namespace.scheduledEvents(shard)] + ids) }
    ask(ids, shards, in: &commands)
    return try Self.found(await connection.send(commands), names, shards)
  }

  private static func found(
    _ replies: borrowing Replies, _ names: [TracedSubject.Name], _ shards: [Int]
  ) throws -> (waiting: [ScheduledEvent], places: [(shard: Int, topic: String, id: EntryID)]) {
    var waiting: [ScheduledEvent] = []
    for (index, shard) in shards.enumerated() {
      try replies[index].check()
      for (at, name) in names.enumerated() where !replies[index][at].isNil {
        if let event = ScheduledEvent(shard: shard, id: name.id.text, replies[index][at].bytes) {
          waiting.append(event)
        }
      }
    }
    let places = try places(replies, from: shards.count, shards, names.count).map {
      (shard: $0.shard, topic: names[$0.index].topic, id: $0.id)
    }
    return (waiting, places)
  }

  /// How many buckets may remember an id: that of now, that before, and, if the clock was set back, that after.
  private static let buckets = 3

  /// Asks what is remembered of ids.
  private func ask(_ ids: [String], _ shards: [Int], in commands: inout Commands) {
    let now = Timestamp.now().microsecondsSinceEpoch / 1000
    let current = now / Int64(namespace.deduplicationTime.wholeMilliseconds)
    for shard in shards {
      for bucket in (current - 1)..<(current - 1 + Int64(Self.buckets)) {
        commands.append(["HMGET", "\(namespace.seen(shard)):\(bucket)"] + ids)
      }
    }
  }

  /// Where events stand, by the answers to `ask`: of an event that waited once, a bucket may have the place of its record as well, which is earlier.
  private static func places(
    _ replies: borrowing Replies, from first: Int, _ shards: [Int], _ count: Int
  ) throws -> [(shard: Int, index: Int, id: EntryID)] {
    var places: [(shard: Int, index: Int, id: EntryID)] = []
    for (at, shard) in shards.enumerated() {
      for index in 0..<count {
        var last: EntryID?
        for bucket in 0..<buckets {
          let answer = first + at * buckets + bucket
          try replies[answer].check()
          guard let id = EntryID(utf8: replies[answer][index].bytes) else { continue }
          last = max(last ?? id, id)
        }
        if let last { places.append((shard, index, last)) }
      }
    }
    return places
  }

  /// The place of an event id, in each shard that remembers it.
  func places(of id: String) async throws -> [LogPlace] {
    var commands = Commands()
    ask([id], Array(namespace.shards), in: &commands)
    return try Self.places(await connection.send(commands), from: 0, Array(namespace.shards), 1).map {
      LogPlace(entryID: $0.id, shard: $0.shard)
    }
  }

  private func entries(
    at places: [(shard: Int, topic: String, id: EntryID)]
  ) async throws -> [(shard: Int, entry: LogEntry)] {
    guard !places.isEmpty else { return [] }
    var commands = Commands()
    for place in places {
      commands.append("XRANGE", namespace.log(place.shard, place.topic), "\(place.id)", "\(place.id)")
    }
    return try Self.entries(await connection.send(commands), places)
  }

  private static func entries(
    _ replies: borrowing Replies, _ places: [(shard: Int, topic: String, id: EntryID)]
  ) throws -> [(shard: Int, entry: LogEntry)] {
    var found: [(shard: Int, entry: LogEntry)] = []
    for (index, place) in places.enumerated() {
      try replies[index].check()
      found += entries(of: replies[index], place.topic).map { (place.shard, $0) }
    }
    return found
  }

  // MARK: In the logs

  /// Looks at what an archive does not have yet, where some of the events are; everywhere if none is known.
  ///
  /// - Returns: whether that was all.
  private func lookAtEnds(_ found: inout TracedEvents, after ends: [Int: EntryID]) async throws -> Bool {
    let shards = found.shards.isEmpty ? Array(namespace.shards) : found.shards
    let pages = try await ranges(shards, limit: Self.logLookedAt) { shard in
      ["XRANGE", ends[shard].map { "(\($0)" } ?? "-", "+"]
    } by: {
      $0.id < $1.id
    }
    for (shard, page) in zip(shards, pages) {
      for entry in page { found.add(entry, shard: shard) }
    }
    return pages.allSatisfy { $0.count < Self.logLookedAt }
  }

  /// Looks shortly before the first event that is known, if it is none of those that come first: its producer may have called that otherwise.
  private func lookBefore(_ subject: TracedSubject, _ found: inout TracedEvents) async throws {
    guard let first = found.all.first, !found.contains(anyOf: subject.first) else { return }
    let pages = try await ranges([first.place.shard], limit: Self.logLookedAt) { _ in
      ["XREVRANGE", "(\(first.place.entryID)", "-"]
    } by: {
      $0.id > $1.id
    }
    for entry in pages.joined() { found.add(entry, shard: first.place.shard) }
  }

  /// Looks through the logs.
  private func lookThrough(
    _ subject: TracedSubject, _ found: inout TracedEvents, after ends: [Int: EntryID]?
  ) async throws {
    let known = found.contains(anyOf: subject.first) ? found.all : []
    for shard in namespace.shards {
      let first = known.first { $0.place.shard == shard }?.place.entryID
      // Of a thing whose beginning is known in one shard, the others have nothing.
      if !known.isEmpty, first == nil, ends == nil { continue }
      var place = ends.map { $0[shard] ?? .zero } ?? first?.previous ?? .zero
      while true {
        let page = try await entries(shard: shard, after: place, limit: 1000)
        for entry in page { found.add(entry, shard: shard) }
        guard page.count == 1000, let last = page.last else { break }
        place = last.id
      }
    }
  }
}
