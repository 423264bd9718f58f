import EventStreams

extension Inspector {
  /// Where the logs end now.
  public func end() async throws -> LogPosition {
    let pages = try await ranges(Array(namespace.shards), limit: 1) { _ in
      ["XREVRANGE", "+", "-"]
    } by: {
      $0.id > $1.id
    }
    return LogPosition(
      zip(namespace.shards, pages).reduce(into: [:]) { last, page in last[page.0] = page.1.first?.id ?? .zero })
  }

  /// The events that come after a position, and how far that is: nothing is left out in between, however often one asks.
  ///
  /// - Parameters:
  ///   - position: where one stands.
  ///   - limit: at most so many of each shard.
  /// - Returns: the events of a shard in its order, those of all by time.
  public func events(after position: LogPosition, limit: Int) async throws -> (
    events: [EventPage.Found], position: LogPosition
  ) {
    let pages = try await ranges(Array(namespace.shards), limit: limit) { shard in
      let last = position.last[shard] ?? .zero
      return ["XRANGE", last == .zero ? "-" : "(\(last)", "+"]
    } by: {
      $0.id < $1.id
    }
    var last = position.last
    var events: [EventPage.Found] = []
    for (shard, page) in zip(namespace.shards, pages) {
      if let end = page.last { last[shard] = end.id }
      events += page.map { EventPage.Found($0, shard: shard) }
    }
    return (events.sorted { $0.place < $1.place }, LogPosition(last))
  }
}
