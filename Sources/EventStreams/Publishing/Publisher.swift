public import HiredisClient

/// Publishes events: once per id, however often they are sent.
///
/// Every call may be repeated after an error that left open whether it took effect; the second time it says `isDuplicate`. An event
/// of a known id that says something else is not published either: look at `difference`.
public struct Publisher: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  /// Nil where the server's word is enough.
  private let confirmation: Confirmation?
  /// What is measured; nil if nobody does.
  private let metrics = PublisherMetrics()
  private let middleware: [any PublishingMiddleware]

  /// A publisher.
  ///
  /// - Parameters:
  ///   - namespace: as `Namespace.open` returned it.
  ///   - connection: used by this publisher alone while it publishes.
  ///   - acks: who else must have what is published; nil if the server's word is enough. Each batch is waited for before the next is sent then.
  ///   - middleware: what stands around each batch, the first outermost. Each is waited for before the next is sent then.
  public init(
    namespace: Namespace, connection: Connection, acks: Acknowledgement? = nil,
    middleware: [any PublishingMiddleware] = []
  ) {
    self.namespace = namespace
    self.connection = connection
    confirmation = acks.map(Confirmation.init)
    self.middleware = middleware
  }

  /// A publisher like this one of what the namespace is now: after `RedisError.isSealed` it may have another number of shards.
  public func reopened() async throws -> Publisher {
    guard let found = try await Namespace.find(namespace.name, on: connection), found != namespace else { return self }
    return Publisher(self, namespace: found)
  }

  private init(_ publisher: Publisher, namespace: Namespace) {
    self.namespace = namespace
    connection = publisher.connection
    confirmation = publisher.confirmation
    middleware = publisher.middleware
  }

  /// Publishes one event.
  ///
  /// - Parameters:
  ///   - data: what happened.
  ///   - id: the event's identity; `data.eventID` if nil.
  ///   - timestamp: when it happened; of one that waits, when it is due unless it is given, else now.
  ///   - due: when to publish it, by the server's clock; nil for now. It waits until then, and is in the log within a second as long as
  ///     a worker of the namespace runs. While it waits its id is known: `cancel` frees it.
  public func publish(
    _ data: some EventData, id: String? = nil, timestamp: Timestamp? = nil, due: Timestamp? = nil
  ) async throws -> PublishedEvent {
    let event = EncodedEvent(data, id: id, timestamp: timestamp ?? due ?? .now(), trace: .current)
    return try await publish([event], due: due)[0]
  }

  /// Publishes events, those of one shard in their order, in one round trip.
  ///
  /// - Parameters:
  ///   - events: in the order of their shards' logs.
  ///   - due: when to publish them; nil for now.
  /// - Returns: for each event its place in the log, in the order given.
  /// - Throws: `Unconfirmed` if others must have it, and it isn't known in time that they do; `EventTooLong`; what the server answered.
  public func publish(_ events: [EncodedEvent], due: Timestamp? = nil) async throws -> [PublishedEvent] {
    try await middleware.publish(events, due: due) { try await measured(events, due: due) }
  }

  private func measured(_ events: [EncodedEvent], due: Timestamp?) async throws -> [PublishedEvent] {
    guard let metrics else { return try await place(events, due: due) }
    let start = ContinuousClock.now
    do {
      let results = try await place(events, due: due)
      metrics.sent(events, results, since: start)
      return results
    } catch {
      metrics.failed(since: start, error)
      throw error
    }
  }

  private func place(_ events: [EncodedEvent], due: Timestamp?) async throws -> [PublishedEvent] {
    var batch = Batch()
    try encode(events, due: due, into: &batch)
    guard let confirmation else {
      return try Self.results(of: await connection.send(batch.commands), batch, events)
    }
    let start = ContinuousClock.now
    var isNew = Array(repeating: false, count: events.count)
    while true {
      try await connection.connect()
      let connectCount = await connection.connectCount
      let places = try await connection.placed(batch.shards.map(namespace.confirmed))
      var commands = batch.commands
      confirmation.append(to: &commands, writing: places)
      let results = try await Self.results(
        of: connection.send(commands), batch, events, confirmation, places, start: start, on: connection)
      // Where a shard was found on another server meanwhile, that one was not asked who has it; and what was new is there now.
      for index in results.indices where !results[index].isDuplicate { isNew[index] = true }
      if await connection.connectCount == connectCount {
        return zip(results, isNew).map { result, isNew in isNew ? result.published : result }
      }
    }
  }

  /// What became of events, once that is confirmed.
  private static func results(
    of replies: borrowing Replies, _ batch: Batch, _ events: [EncodedEvent], _ confirmation: Confirmation,
    _ places: [(server: String, key: String)], start: ContinuousClock.Instant, on connection: Connection
  ) async throws -> [PublishedEvent] {
    let results = try results(of: replies, batch, events)
    try await confirmation.finish(replies, of: places, events: events.count, start: start, on: connection)
    return results
  }

  /// Cancels events that wait: it is as if they had never been scheduled.
  ///
  /// - Parameter eventIDs: looked for in all shards.
  /// - Returns: for each whether it waited, in the order given.
  public func cancel(_ eventIDs: [String]) async throws -> [Bool] {
    guard !eventIDs.isEmpty else { return [] }
    var commands = Commands()
    for shard in namespace.shards {
      for start in stride(from: 0, to: eventIDs.count, by: PublishCall.mostEvents) {
        let part = eventIDs[start..<min(start + PublishCall.mostEvents, eventIDs.count)]
        commands.append(CancelCall(namespace: namespace, shard: shard, ids: part))
      }
    }
    return try Self.waited(await connection.send(commands), eventIDs.count)
  }

  private static func waited(_ replies: borrowing Replies, _ count: Int) throws -> [Bool] {
    try replies.check()
    var waited = Array(repeating: false, count: count)
    var index = 0
    for call in 0..<replies.count {
      for found in try CancelCall.answer(replies[call]) {
        if found { waited[index] = true }
        // Shard after shard.
        index = (index + 1) % count
      }
    }
    return waited
  }

  /// Publishes a sequence of batches with two of them on the way at any time, unless each is waited for; calls `onPublished` for each batch in order.
  ///
  /// - Parameters:
  ///   - next: the next batch; nil at the end.
  ///   - due: when to publish them; nil for now.
  ///   - onPublished: is told of each batch what became of it.
  public func publish(
    batches next: () async throws -> [EncodedEvent]?, due: Timestamp? = nil,
    onPublished: ([EncodedEvent], [PublishedEvent]) async throws -> Void
  ) async throws {
    if confirmation != nil || !middleware.isEmpty {
      while let events = try await next() {
        if !events.isEmpty { try await onPublished(events, publish(events, due: due)) }
      }
      return
    }
    // Their buffers serve in turns.
    var current = Batch()
    var earlier = Batch()
    var sent: [EncodedEvent]?
    while let events = try await next() {
      guard !events.isEmpty else { continue }
      try encode(events, due: due, into: &current)
      try await connection.write(current.commands)
      if let sent { try await finish(sent, earlier, onPublished) }
      sent = events
      swap(&current, &earlier)
    }
    if let sent { try await finish(sent, earlier, onPublished) }
  }

  /// Forgets what is on the way, after an error: nothing of it will be reported any more. Loads the functions again, if they were
  /// missing.
  public func reset(after error: RedisError? = nil) async {
    await connection.close()
    // If this fails too, so will the next call, and say so.
    if error?.code == .functionMissing { try? await FunctionLibrary.load(on: connection) }
  }

  private func finish(
    _ events: [EncodedEvent], _ batch: Batch, _ onPublished: ([EncodedEvent], [PublishedEvent]) async throws -> Void
  ) async throws {
    let replies = try await connection.receive(batch.commands.count)
    try await onPublished(events, Self.results(of: replies, batch, events))
  }

  /// One call of `publish`, or `schedule`, per shard and thousand events.
  private struct Batch {
    var commands = Commands()
    /// When its events are to be published; nil for now.
    var due: Timestamp?
    /// For each command the indexes of its events.
    var indexes: [[Int]] = []
    var shards: [Int] = []
  }

  private func encode(_ events: [EncodedEvent], due: Timestamp?, into batch: inout Batch) throws {
    if let event = events.first(where: { $0.json.count > EncodedEvent.longest }) { throw EventTooLong(event) }
    batch.commands.removeAll(keepingCapacity: true)
    batch.due = due?.inServerTime
    batch.indexes.removeAll(keepingCapacity: true)
    batch.shards.removeAll(keepingCapacity: true)
    var byShard: [[Int]] = Array(repeating: [], count: namespace.shardCount)
    for (index, event) in events.enumerated() { byShard[namespace.shard(of: event.shardKey)].append(index) }
    for (shard, indexes) in byShard.enumerated() {
      for start in stride(from: 0, to: indexes.count, by: PublishCall.mostEvents) {
        let part = indexes[start..<min(start + PublishCall.mostEvents, indexes.count)]
        batch.indexes.append(Array(part))
        batch.shards.append(shard)
        if let due {
          batch.commands.append(
            try ScheduleCall(
              namespace: namespace, shard: shard, due: due, events: events, indexes: part))
        } else {
          batch.commands.append(
            PublishCall(namespace: namespace, shard: shard, events: events, indexes: part))
        }
      }
    }
  }

  private static func results(
    of replies: borrowing Replies, _ batch: Batch, _ events: [EncodedEvent]
  ) throws -> [PublishedEvent] {
    var results = Array(
      repeating: PublishedEvent(shard: 0, entryID: .zero, isDuplicate: false, due: nil, difference: nil),
      count: events.count)
    for command in batch.indexes.indices {
      let reply = replies[command]
      if let error = reply.error { throw error }
      for (index, place) in zip(batch.indexes[command], try EventPlace.list(reply)) {
        results[index] = PublishedEvent(
          shard: batch.shards[command], entryID: place.entryID, isDuplicate: place.isDuplicate,
          due: place.isDuplicate ? place.due : batch.due,
          difference: place.difference(of: events[index].json, due: batch.due))
      }
    }
    return results
  }
}

/// Where a published event stands.
public struct PublishedEvent: Sendable, Hashable {
  /// The shard.
  public let shard: Int
  /// Its place in the shard's log.
  public let entryID: EntryID
  /// True if an event with this id was there already; then the place is that one's.
  public let isDuplicate: Bool
  /// When it will be published, if it waits; then the place is that of the record that says so.
  public let due: Timestamp?
  /// What it says differently from the event that was there already, or when that one is due; nil if it says the same, or if that one was trimmed. An event
  /// that differs was not published: something else than the producer thinks is known under its id.
  public let difference: EventDifference?

  /// The same, of an event that was not there before.
  fileprivate var published: PublishedEvent {
    PublishedEvent(shard: shard, entryID: entryID, isDuplicate: false, due: due, difference: difference)
  }
}
