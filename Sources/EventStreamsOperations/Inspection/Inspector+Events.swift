public import EventStreams
import HiredisClient

extension Inspector {
  /// What one call looks at: a filter that little matches comes back with what it has found until then, and where to go on.
  private static let lookedAtAtMost = 10_000
  /// What is read of each shard at a time by a filter that has to look into events.
  private static let sampleSize = 250

  /// Events of all shards, the newest first.
  ///
  /// - Parameters:
  ///   - filter: which.
  ///   - place: only those before this one.
  ///   - limit: at most so many. There may be fewer though others follow.
  public func events(_ filter: EventFilter = EventFilter(), before place: LogPlace? = nil, limit: Int) async throws
    -> EventPage
  {
    var found: [EventPage.Found] = []
    var place = place
    var looked = 0
    let shards = filter.city.map { [namespace.shard(of: $0)] } ?? Array(namespace.shards)
    let start = filter.from.map { "\(max(0, $0.milliseconds))" } ?? "-"
    while true {
      let size = filter.isByContents ? Self.sampleSize : limit + 1
      let pages = try await ranges(shards, limit: size) { shard in
        ["XREVRANGE", Self.end(shard, place, filter), start]
      } by: {
        $0.id > $1.id
      }
      let events = zip(shards, pages).flatMap { shard, page in
        page.map { EventPage.Found($0, shard: shard) }
      }.sorted { $0.place > $1.place }
      // Of a shard that was cut short nothing is known beyond its last entry: nothing older of others may overtake it.
      let edge = zip(shards, pages).compactMap { shard, page in
        page.count == size ? page.last.map { LogPlace(entryID: $0.id, shard: shard) } : nil
      }.max()
      for event in events where event.place >= edge ?? event.place {
        if found.count == limit || looked == Self.lookedAtAtMost { return EventPage(events: found, next: place) }
        looked += 1
        place = event.place
        if filter.matches(event) { found.append(event) }
      }
      if edge == nil { return EventPage(events: found, next: nil) }
    }
  }

  /// The last events of one topic, over all shards, the newest first.
  ///
  /// - Parameters:
  ///   - topic: its name.
  ///   - time: only those that were recorded before this moment; nil for all.
  ///   - limit: at most so many.
  public func latest(ofTopic topic: String, before time: Timestamp? = nil, limit: Int) async throws -> [EventPage.Found]
  {
    let end = time.map { "(\(max(1, $0.milliseconds))-0" } ?? "+"
    let pages = try await topics.topicwise(Array(namespace.shards)) { shard, name, commands in
      // The others are asked for nothing.
      commands.append(
        "XREVRANGE", namespace.log(shard, name), end, "-", "COUNT", name == topic ? "\(limit)" : "0")
    } read: { shard, topics, answers, first in
      guard let place = topics.firstIndex(of: topic) else { return [] as [EventPage.Found] }
      try answers[first + place].check()
      return Self.entries(of: answers[first + place], topic).map { EventPage.Found($0, shard: shard) }
    }
    return Array(pages.joined().sorted { $0.place > $1.place }.prefix(limit))
  }

  /// Where a shard's entries end that come before a place.
  private static func end(_ shard: Int, _ place: LogPlace?, _ filter: EventFilter) -> String {
    if let place { return shard < place.shard ? "\(place.entryID)" : "(\(place.entryID)" }
    guard let to = filter.to else { return "+" }
    return to.milliseconds <= 0 ? "0-0" : "(\(to.milliseconds)-0"
  }

  /// The events of this id that the logs still hold: one at most, unless a producer gave the same id in several shards.
  ///
  /// - Parameter id: looked up among the ids that are remembered so that nothing is published twice.
  public func events(withID id: String) async throws -> [EventPage.Found] {
    var found: [EventPage.Found] = []
    for place in try await places(of: id) {
      if let event = try await event(at: place) { found.append(event) }
    }
    return found
  }

  /// The event at a place; nil if there is none, or none any more.
  public func event(at place: LogPlace) async throws -> EventPage.Found? {
    guard namespace.shards.contains(place.shard) else { return nil }
    let id = "\(place.entryID)"
    let entries = try await ranges([place.shard], limit: 1) { _ in
      ["XRANGE", id, id]
    } by: {
      $0.id < $1.id
    }
    return entries[0].first.map { EventPage.Found($0, shard: place.shard) }
  }
}

extension Timestamp {
  /// Since 1970.
  fileprivate var milliseconds: Int64 { microsecondsSinceEpoch / 1000 }
}
