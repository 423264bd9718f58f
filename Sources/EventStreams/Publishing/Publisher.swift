public import Redis

/// Publishes events: once per id, however often they are sent.
///
/// Every call may be repeated after an error that left open whether it took effect; the second time it says `isDuplicate`. An event
/// of a known id that says something else is not published either: look at `difference`.
public struct Publisher: Sendable {
  private let topic: Topic
  private let connection: Connection
  private let window: Duration

  /// A publisher.
  ///
  /// - Parameters:
  ///   - connection: used by this publisher alone while it publishes.
  ///   - window: how long event ids are remembered at least.
  public init(topic: Topic, connection: Connection, window: Duration = .seconds(24 * 3600)) {
    self.topic = topic
    self.connection = connection
    self.window = window
  }

  /// Publishes one event.
  public func publish(_ data: some EventData, id: String? = nil, timestamp: Timestamp = .now()) async throws
    -> PublishedEvent
  {
    let event = EncodedEvent(data, id: id, timestamp: timestamp, traceparent: TraceContext.current)
    return try await publish([event])[0]
  }

  /// Publishes events, those of one shard in their order, in one round trip.
  ///
  /// - Returns: for each event its place in the log, in the order given.
  public func publish(_ events: [EncodedEvent]) async throws -> [PublishedEvent] {
    var batch = Batch()
    try encode(events, into: &batch)
    return try Self.results(of: await connection.send(batch.commands), batch, events)
  }

  /// Publishes a sequence of batches with two of them on the way at any time; calls `onPublished` for each batch in order.
  ///
  /// - Parameter next: the next batch; nil at the end.
  public func publish(
    batches next: () async throws -> [EncodedEvent]?,
    onPublished: ([EncodedEvent], [PublishedEvent]) async throws -> Void
  ) async throws {
    // Their buffers serve in turns.
    var current = Batch()
    var earlier = Batch()
    var sent: [EncodedEvent]?
    while let events = try await next() {
      guard !events.isEmpty else { continue }
      try encode(events, into: &current)
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

  /// One call of `publish` per shard and thousand events.
  private struct Batch {
    var commands = Commands()
    /// For each command the indexes of its events.
    var indexes: [[Int]] = []
    var shards: [Int] = []
  }

  private func encode(_ events: [EncodedEvent], into batch: inout Batch) throws {
    if let event = events.first(where: { $0.json.count > EncodedEvent.longest }) { throw EventTooLong(event) }
    batch.commands.removeAll(keepingCapacity: true)
    batch.indexes.removeAll(keepingCapacity: true)
    batch.shards.removeAll(keepingCapacity: true)
    var byShard: [[Int]] = Array(repeating: [], count: topic.shardCount)
    for (index, event) in events.enumerated() { byShard[topic.shard(of: event.shardKey)].append(index) }
    for (shard, indexes) in byShard.enumerated() {
      for start in stride(from: 0, to: indexes.count, by: PublishCall.mostEvents) {
        let part = indexes[start..<min(start + PublishCall.mostEvents, indexes.count)]
        batch.indexes.append(Array(part))
        batch.shards.append(shard)
        batch.commands.append(
          PublishCall(topic: topic, shard: shard, window: window, events: events, indexes: part))
      }
    }
  }

  private static func results(
    of replies: borrowing Replies, _ batch: Batch, _ events: [EncodedEvent]
  ) throws -> [PublishedEvent] {
    var results = Array(
      repeating: PublishedEvent(shard: 0, streamID: .zero, isDuplicate: false, difference: nil), count: events.count)
    for command in batch.indexes.indices {
      let reply = replies[command]
      if let error = reply.error { throw error }
      for (index, place) in zip(batch.indexes[command], try PublishCall.answer(reply)) {
        results[index] = PublishedEvent(
          shard: batch.shards[command], streamID: place.streamID, isDuplicate: place.isDuplicate,
          difference: place.other.flatMap { EventDifference(of: events[index].json, to: $0) })
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
  public let streamID: StreamID
  /// True if an event with this id was there already; then the place is that one's.
  public let isDuplicate: Bool
  /// What it says differently from the event that was there already; nil if it says the same, or if that one was trimmed. An event
  /// that differs was not published: something else than the producer thinks is known under its id.
  public let difference: EventDifference?
}

/// An event that has more bytes than one may have; nothing of what was to be published with it has been.
public struct EventTooLong: Error, Sendable, CustomStringConvertible {
  /// The event.
  public let id: String
  /// What it says to people.
  public let description: String

  init(_ event: EncodedEvent) {
    id = event.id
    description =
      "event \(event.id.prefix(60)) has \(event.json.count) bytes; an event has at most \(EncodedEvent.longest)"
  }
}
