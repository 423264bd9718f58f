import Redis

extension Inspector {
  /// The pending entries, oldest first.
  ///
  /// - Parameters:
  ///   - service: of this service; of all if nil.
  ///   - minIdle: delivered at least so long ago.
  ///   - limit: at most so many; all if nil.
  public func pending(
    service: String? = nil, minIdle: Duration = .zero, limit: Int? = nil
  ) async throws -> [PendingEntry] {
    var open: [(place: Place, after: String)] = try await logs().flatMap { log in
      log.groups.filter { $0.pending > 0 && (service == nil || $0.name == service) }.map {
        (Place(shard: log.shard, service: $0.name), "-")
      }
    }
    let pageSize = min(limit ?? Self.pageSize, Self.pageSize)
    var entries: [PendingEntry] = []
    while !open.isEmpty {
      var commands = Commands()
      for (place, after) in open {
        var command = ["XPENDING", topic.log(place.shard), place.service]
        if minIdle > .zero { command += ["IDLE", String(minIdle.wholeMilliseconds)] }
        commands.append(command + [after, "+", String(pageSize)])
      }
      let pages = try Self.pages(open.map(\.place), await connection.send(commands))
      var next: [(place: Place, after: String)] = []
      for (place, page) in zip(open.map(\.place), pages) {
        entries += page
        if page.count == pageSize, let last = page.last { next.append((place, "(\(last.streamID)")) }
      }
      // The oldest entries of all are among the oldest of each, so one page of each is enough for a limit.
      open = limit.map { $0 <= pageSize } == true ? [] : next
    }
    entries.sort { ($0.streamID, $0.shard, $0.service) < ($1.streamID, $1.shard, $1.service) }
    return try await described(limit.map { Array(entries.prefix($0)) } ?? entries)
  }

  static let pageSize = 1000

  private static func pages(_ places: [Place], _ replies: borrowing Replies) throws(RedisError) -> [[PendingEntry]] {
    var pages: [[PendingEntry]] = []
    for (index, place) in places.enumerated() {
      if let error = replies[index].error { throw error }
      var page: [PendingEntry] = []
      for position in 0..<replies[index].count {
        let entry = replies[index][position]
        page.append(
          PendingEntry(
            service: place.service, shard: place.shard, streamID: StreamID(utf8: entry[0].bytes) ?? .zero,
            consumer: try entry[1].string(), idle: .milliseconds(try entry[2].integer()),
            deliveries: try entry[3].integer()))
      }
      pages.append(page)
    }
    return pages
  }

  /// Adds to each entry what the log and the record of failures tell of it.
  private func described(_ entries: [PendingEntry]) async throws -> [PendingEntry] {
    var entries = entries
    for start in stride(from: 0, to: entries.count, by: Self.pageSize) {
      let page = start..<min(start + Self.pageSize, entries.count)
      var commands = Commands()
      for entry in entries[page] {
        let id = entry.streamID.description
        commands.append("XRANGE", topic.log(entry.shard), id, id)
        commands.append("HGET", topic.retry(entry.shard, entry.service), id)
      }
      try Self.describe(&entries, page, await connection.send(commands))
    }
    return entries
  }

  private static func describe(
    _ entries: inout [PendingEntry], _ page: Range<Int>, _ replies: borrowing Replies
  ) throws(RedisError) {
    try replies.check()
    for (offset, index) in page.enumerated() {
      let streamID = entries[index].streamID
      entries[index].header = header(in: replies[offset * 2][0], streamID: streamID)
      entries[index].failures = failures(in: replies[offset * 2 + 1])
    }
  }

  /// The envelope of a log entry; nil if there is none, or what it holds is no event.
  static func header(in entry: borrowing ReplyNode, streamID: StreamID) -> EventHeader? {
    var parser = JSONParser()
    do throws(JSONError) {
      let value = try parser.parse(entry[1][field: "event"].bytes)
      var object = try value.object()
      return try EventHeader(from: &object, fallbackID: streamID.description)
    } catch {
      return nil
    }
  }

  static func failures(in field: borrowing ReplyNode) -> Failures? {
    guard !field.isNil else { return nil }
    var parser = JSONParser()
    do throws(JSONError) {
      return try Failures(from: try parser.parse(field.bytes))
    } catch {
      return nil
    }
  }
}
