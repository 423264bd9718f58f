import Redis

extension Inspector {
  /// Pending entries, oldest first.
  ///
  /// - Parameters:
  ///   - service: of this service; of all if nil.
  ///   - minIdle: only entries that were delivered at least so long ago.
  ///   - limit: at most so many.
  public func pending(
    service: String? = nil, minIdle: Duration = .zero, limit: Int
  ) async throws -> [PendingEntry] {
    var places = try await status().filter { $0.pending > 0 && (service == nil || $0.service == service) }
      .flatMap { group in
        group.delivered.keys.map { PendingPlace(service: group.service, shard: group.shard, topic: $0.text) }
      }
    var rows: [PendingRow] = []
    // The oldest of all are among the oldest of each: one page of each is enough unless it is a large limit.
    let pageSize = min(limit, 1000)
    while !places.isEmpty {
      var commands = Commands()
      for place in places {
        commands.append(
          "XPENDING", namespace.log(place.shard, place.topic), place.service, "IDLE",
          String(minIdle.wholeMilliseconds), place.after, "+", String(pageSize))
      }
      let pages = try Self.pages(of: await connection.send(commands), places)
      rows += pages.joined()
      places = pageSize < limit ? pages.filter { $0.count == pageSize }.compactMap { $0.last?.placeAfter } : []
    }
    rows.sort { ($0.id, $0.place.shard, $0.place.service) < ($1.id, $1.place.shard, $1.place.service) }
    return try await described(rows.prefix(limit))
  }

  private struct PendingPlace {
    let service: String
    let shard: Int
    let topic: String
    var after = "-"
  }

  private struct PendingRow {
    let place: PendingPlace
    let id: EntryID
    let consumer: String
    let idle: Int
    let deliveries: Int

    var placeAfter: PendingPlace {
      PendingPlace(service: place.service, shard: place.shard, topic: place.topic, after: "(\(id)")
    }
  }

  private static func pages(of replies: borrowing Replies, _ places: [PendingPlace]) throws -> [[PendingRow]] {
    var pages: [[PendingRow]] = []
    for (index, place) in places.enumerated() {
      // It was removed meanwhile, or its name is no text: no service is called so.
      if replies[index].error?.code == .noGroup {
        pages.append([])
        continue
      }
      try replies[index].check()
      var page: [PendingRow] = []
      for position in 0..<replies[index].count {
        let row = replies[index][position]
        page.append(
          PendingRow(
            place: place, id: EntryID(utf8: row[0].bytes) ?? .zero, consumer: row[1].lossyText,
            idle: try row[2].integer(), deliveries: try row[3].integer()))
      }
      pages.append(page)
    }
    return pages
  }

  /// Adds what the log and the record of failures tell.
  private func described(_ rows: ArraySlice<PendingRow>) async throws -> [PendingEntry] {
    var entries: [PendingEntry] = []
    for start in stride(from: rows.startIndex, to: rows.endIndex, by: 1000) {
      let page = rows[start..<min(start + 1000, rows.endIndex)]
      var commands = Commands()
      for row in page {
        commands.append("XRANGE", namespace.log(row.place.shard, row.place.topic), "\(row.id)", "\(row.id)")
        commands.append("HGET", namespace.retry(row.place.shard, row.place.service), "\(row.id)")
      }
      entries += try Self.entries(page, await connection.send(commands))
    }
    return entries
  }

  private static func entries(_ rows: ArraySlice<PendingRow>, _ replies: borrowing Replies) throws -> [PendingEntry] {
    var entries: [PendingEntry] = []
    for (index, row) in rows.enumerated() {
      entries.append(
        PendingEntry(
          service: row.place.service, shard: row.place.shard, topic: row.place.topic, entryID: row.id,
          header: header(of: replies[index * 2], row.id), consumer: row.consumer, idle: .milliseconds(row.idle),
          deliveries: row.deliveries, failures: failures(of: replies[index * 2 + 1])))
    }
    return entries
  }

  /// The envelope of the one entry of a range; nil if there is none that can be read.
  static func header(of range: borrowing ReplyNode, _ id: EntryID) -> EventHeader? {
    guard range.count > 0 else { return nil }
    do throws(JSONError) {
      return try EventHeader(ofEvent: range[0][1][1].bytes, fallbackID: id.description)
    } catch {
      // Whoever lists it sees that it has no type; its service has it in the dead letters, with the reason.
      return nil
    }
  }

  /// The record of failures; nil if there is none, or none that can be read: the entry is pending all the same.
  static func failures(of node: borrowing ReplyNode) -> Failures? {
    guard !node.isNil else { return nil }
    var parser = JSONParser()
    return try? Failures(from: parser.parse(node.bytes))
  }
}
