import EventStreams
import HiredisClient

extension Inspector {
  /// How far the services have come with events.
  func traced(_ events: [TracedEvents.Found]) async throws -> [EventTrace] {
    var traces: [EventTrace] = []
    for shard in Set(events.map(\.place.shard)).sorted() {
      let own = events.filter { $0.place.shard == shard }
      let groups = try await status(of: shard)
      // In this order: what is given up meanwhile is in one of them, or in both.
      let attempts = try await attempts(at: own, groups)
      let letters = try await letters(of: own, groups)
      for (index, event) in own.enumerated() {
        let steps = groups.enumerated().compactMap { number, group -> EventTrace.Step? in
          guard let delivered = group.delivered[event.topic] else { return nil }
          return Self.step(
            of: event, group, isDelivered: event.place.entryID <= delivered,
            attempts[Attempt.Place(event: index, group: number)], letters[number])
        }
        traces.append(
          EventTrace(
            shard: shard, topic: event.topic, entryID: event.place.entryID, header: event.header, json: event.json,
            steps: steps))
      }
    }
    return traces.sorted { ($0.entryID, $0.shard) < ($1.entryID, $1.shard) }
  }

  private static func step(
    of event: TracedEvents.Found, _ group: GroupStatus, isDelivered: Bool, _ attempt: Attempt?, _ letters: [DeadLetter]
  ) -> EventTrace.Step {
    let letter = attempt == nil ? letters.first { $0.entryID == event.place.entryID } : nil
    let state =
      if !isDelivered {
        "waiting"
      } else if let letter {
        letter.isParked ? "parked" : "dead"
      } else if let attempt {
        attempt.failures == nil ? "pending" : "retrying"
      } else {
        "done"
      }
    return EventTrace.Step(
      service: group.service, state: state,
      reason: isDelivered ? letter?.about.reason ?? attempt?.failures?.lastError : nil,
      retryAt: isDelivered ? attempt?.failures?.retryAt : nil)
  }

  // MARK: Pending

  /// That an event is being handled, or will be again.
  private struct Attempt {
    /// Of which event in which group, by their indexes.
    struct Place: Hashable {
      let event: Int
      let group: Int
    }

    let failures: Failures?
  }

  private func attempts(
    at events: [TracedEvents.Found], _ groups: [GroupStatus]
  ) async throws -> [Attempt.Place: Attempt] {
    var asked: [Attempt.Place] = []
    var commands = Commands()
    for (number, group) in groups.enumerated() where group.pending > 0 {
      for (index, event) in events.enumerated() {
        guard let delivered = group.delivered[event.topic], event.place.entryID <= delivered else { continue }
        let id = "\(event.place.entryID)"
        commands.append("XPENDING", namespace.log(group.shard, event.topic), group.service, id, id, "1")
        commands.append("HGET", namespace.retry(group.shard, group.service), id)
        asked.append(Attempt.Place(event: index, group: number))
      }
    }
    guard !asked.isEmpty else { return [:] }
    return try Self.attempts(asked, await connection.send(commands))
  }

  private static func attempts(
    _ asked: [Attempt.Place], _ replies: borrowing Replies
  ) throws -> [Attempt.Place: Attempt] {
    var attempts: [Attempt.Place: Attempt] = [:]
    for (index, place) in asked.enumerated() {
      try replies[2 * index].check()
      guard replies[2 * index].count > 0 else { continue }
      attempts[place] = Attempt(failures: failures(of: replies[2 * index + 1]))
    }
    return attempts
  }

  // MARK: Dead

  /// The letters of these events' keys, by group. A group remembers how many letters a key has: it is looked for them in no other.
  private func letters(of events: [TracedEvents.Found], _ groups: [GroupStatus]) async throws -> [[DeadLetter]] {
    let keys = Set(names: events.map(\.header.key)).sorted()
    var letters: [[DeadLetter]] = []
    for group in groups {
      guard group.dead > 0, !keys.isEmpty else {
        letters.append([])
        continue
      }
      let counts = try Self.counts(
        await connection.call(["HMGET", namespace.blocked(group.shard, group.service)] + keys.map(\.text)))
      letters.append(try await self.letters(of: Set(keys), group, count: counts))
    }
    return letters
  }

  private static func counts(_ reply: borrowing Reply) throws -> Int {
    try reply.root.check()
    var sum = 0
    for index in 0..<reply.root.count { sum += reply.root[index].lenientInteger ?? 0 }
    return sum
  }

  /// So many letters of some keys.
  private func letters(of keys: Set<Identifier>, _ group: GroupStatus, count: Int) async throws -> [DeadLetter] {
    let reader = LetterReader(namespace: namespace, connection: connection)
    var found: [DeadLetter] = []
    var after: EntryID?
    while found.count < count {
      let page = try await reader.page(group.service, group.shard, after: after, limit: LetterReader.pageSize)
      found += page.filter { keys.contains($0.key) }
      guard page.count == LetterReader.pageSize, let last = page.last else { break }
      after = last.id
    }
    return found
  }
}
