import HiredisClient
import Logging

/// Reads the histories of a worker's shards, as fast as the pipeline takes them; what they give is handled and committed as what the log gives.
struct HistoryReader: Sendable {
  let pipeline: Pipeline
  let history: any EventHistory
  let connection: Connection
  let namespace: Namespace
  let log: Logger

  private var service: EventService { pipeline.service }

  /// Runs until the pipeline drains.
  func run() async {
    var decoder = EntryDecoder(service: service)
    var perseverance = Perseverance("read the history", on: connection, log: log)
    // By shard.
    var places: [Int: HistoryPlace] = [:]
    var last: Int?
    while let reading = await pipeline.nextHistory(after: last) {
      let shard = reading.shard
      last = shard.number
      do {
        try await read(reading, &places[shard.number, default: HistoryPlace()], &decoder)
        perseverance.succeeded()
      } catch let error as RedisError where !error.concernsOneShard {
        await perseverance.failed(error, ["shard": "\(shard.number)"])
      } catch {
        await pipeline.tell { $0.lose(shard.number, epoch: shard.epoch, because: .stopped(error)) }
      }
    }
  }

  private func read(
    _ reading: HistoryReading, _ place: inout HistoryPlace, _ decoder: inout EntryDecoder
  ) async throws {
    let shard = reading.shard
    switch reading.wanted {
    case .place:
      let found = try await lookUp(shard)
      if !found.isSuspicious { try await note("+", shard) }
      place = found
      await pipeline.tell { $0.found(found, of: shard) }
    case .entries(let ids):
      let events = try await events(ids, of: shard)
      try await give(events, through: ids.last ?? .zero, isLast: false, of: reading, place, &decoder)
    case .next(let after, let end, let count):
      let found = try await history.events(shard: shard.number, after: after, limit: count)
      let events = found.prefix { $0.entryID < end }
      try await give(
        events.filter { !reading.known.contains($0.entryID) }, through: events.last?.entryID ?? after,
        isLast: found.count < count || events.count < found.count, of: reading, place, &decoder)
    }
  }

  private func lookUp(_ shard: OwnedShard) async throws -> HistoryPlace {
    try Self.place(await connection.send(HistoryPlace.ask(namespace, shard.number, service.name)))
  }

  private static func place(_ replies: borrowing Replies) throws -> HistoryPlace { try HistoryPlace(replies) }

  /// Notes with what the process is about to die, if it does: one event, or `+` for any.
  private func note(_ what: String, _ shard: OwnedShard) async throws {
    _ = try await connection.call(
      "HSET", namespace.lease(shard.number, service.name), "trying", what, "suspects", "")
  }

  /// Events that stand anywhere in the history.
  private func events(_ ids: [EntryID], of shard: OwnedShard) async throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    var rest = ids[...]
    while let next = rest.first {
      let wanted = Set(rest)
      let found = try await history.events(shard: shard.number, after: next.previous, limit: 100)
      guard let last = found.last, found.contains(where: { $0.entryID == next }) else {
        throw HistoryLoss(shard: shard.number, event: next)
      }
      events += found.filter { wanted.contains($0.entryID) }
      rest = rest.drop { $0 <= last.entryID }
    }
    guard events.count == ids.count else {
      let missing = Set(ids).subtracting(events.map(\.entryID))
      throw HistoryLoss(shard: shard.number, event: missing.min() ?? .zero)
    }
    return events
  }

  private func give(
    _ events: [RecordedEvent], through last: EntryID, isLast: Bool, of reading: HistoryReading, _ place: HistoryPlace,
    _ decoder: inout EntryDecoder
  ) async throws {
    let shard = reading.shard
    if reading.isCareful, let first = events.first {
      try await note(events.count == 1 ? first.entryID.description : "+", shard)
    }
    if service.takesPages, !reading.isCareful, !place.hasFailed(events) {
      let page = events.isEmpty ? nil : Page(ofHistory: events, shard: shard)
      return await pipeline.tell { $0.admit(page, of: reading, through: last, isLast: isLast) }
    }
    let deliveries = events.map { place.delivery($0, of: shard, service.retry, &decoder) }
    let found = try await ReadAhead.found(for: deliveries, service, namespace, connection)
    await pipeline.tell { $0.admit(deliveries, found, of: reading, through: last, isLast: isLast) }
  }
}
