import EventStreams
import Redis

extension Inspector {
  /// What services have published to other shards and that is not there yet, the oldest of each outbox first.
  ///
  /// - Parameters:
  ///   - service: of this service; of all if nil.
  ///   - limit: at most so many of each outbox.
  public func unsent(service: String? = nil, limit: Int = .max) async throws -> [UnsentEvent] {
    var events: [UnsentEvent] = []
    for group in try await status() where group.unsent > 0 && (service == nil || group.service == service) {
      var (start, count) = ("-", 0)
      while count < limit {
        let outbox = namespace.outbox(group.shard, group.service)
        let page = try Self.page(
          await connection.call("XRANGE", outbox, start, "+", "COUNT", "\(OutboxPage.length)"))
        for entry in page.entries where count < limit {
          let found = Self.events(group.service, group.shard, entry, page)
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
  /// - Parameters:
  ///   - name: what is asked about: a ride.
  ///   - subject: tells what an event is about.
  public func unsent(about name: String, by subject: (Span<UInt8>) -> String?) async throws -> [UnsentEvent] {
    try await unsent().filter { $0.kind != .cancel && subject($0.json.span)?.hasSameBytes(as: name) == true }
  }
}
