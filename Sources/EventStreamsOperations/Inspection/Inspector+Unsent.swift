import EventStreams
import HiredisClient

extension Inspector {
  /// What services have published to other shards and that is not there yet, the oldest of each outbox first.
  ///
  /// - Parameters:
  ///   - service: of this service; of all if nil.
  ///   - limit: at most so many of each outbox.
  public func unsent(service: String? = nil, limit: Int = .max) async throws -> [UnsentEvent] {
    let groups = try await status().filter { $0.unsent > 0 && (service == nil || $0.service == service) }
    return try await unsent(in: groups.map { ($0.service, $0.shard) }, limit: limit)
  }

  private func unsent(in outboxes: [(service: String, shard: Int)], limit: Int) async throws -> [UnsentEvent] {
    var events: [UnsentEvent] = []
    for (service, shard) in outboxes {
      var (start, count) = ("-", 0)
      while count < limit {
        let page = try Self.page(
          await connection.call(
            "XRANGE", namespace.outbox(shard, service), start, "+", "COUNT", "\(OutboxPage.length)"))
        for entry in page.entries where count < limit {
          let found = Self.events(service, shard, entry, page)
          events += found
          count += found.count
        }
        guard page.count == OutboxPage.length, let last = page.last else { break }
        start = "(\(last)"
      }
    }
    return events
  }

  private static func page(_ reply: borrowing Reply) throws -> OutboxPage { try OutboxPage(reply.root) }

  private static func events(
    _ service: String, _ shard: Int, _ entry: OutboxPage.Entry, _ page: OutboxPage
  ) -> [UnsentEvent] {
    stride(from: entry.pieces.startIndex, to: entry.pieces.endIndex - 1, by: 2).compactMap { index in
      UnsentEvent(
        service: service, shard: shard, entry, page.text(entry.pieces[index]),
        Array(page.bytes[entry.pieces[index + 1]])
      )
    }
  }

  /// What is not in its shard yet and is about one thing.
  ///
  /// - Parameter limit: how many events of each outbox are looked at.
  func unsent(about subject: TracedSubject, limit: Int) async throws -> [UnsentEvent] {
    let all = try await namespace.services(on: connection).flatMap { service in
      namespace.shards.map { (service: service.service, shard: $0) }
    }
    guard !all.isEmpty else { return [] }
    var commands = Commands()
    for place in all { commands.append("XLEN", namespace.outbox(place.shard, place.service)) }
    let lengths = try await connection.answers(to: commands)
    let outboxes = zip(all, lengths).filter { ($0.1 ?? 0) > 0 }.map(\.0)
    return try await unsent(in: outboxes, limit: limit).filter {
      $0.kind != .cancel && subject.isSubject(of: $0.json.span)
    }
  }
}
