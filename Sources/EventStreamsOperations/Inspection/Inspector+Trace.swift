import EventStreams
import Redis

extension Inspector {
  /// The events about one thing that the log holds, in its order, and how far each service has come with them.
  ///
  /// Costs nothing while events are handled: the log is searched from the first of the events on, which is
  /// remembered by its id, or from the log's beginning if none of the ids is remembered.
  ///
  /// - Parameters:
  ///   - name: what the events are about; it stands in each.
  ///   - ids: ids that the first of the events have, unless their producer gave others.
  ///   - subject: tells what an event is about; nil to go by the events' keys.
  public func trace(
    _ name: String, ids: [String], by subject: ((_ event: Span<UInt8>) -> String?)? = nil
  ) async throws -> [EventTrace] {
    let groups = Dictionary(grouping: try await status(), by: \.shard)
    var traces: [EventTrace] = []
    let places = try await places(of: ids)
    for shard in namespace.shards where places.isEmpty || places[shard] != nil {
      for event in try await events(about: name, by: subject, shard: shard, from: places[shard] ?? .zero) {
        let steps = try await steps(of: event, shard: shard, groups[shard] ?? [])
        traces.append(
          EventTrace(
            shard: shard, topic: event.topic, entryID: event.id, header: event.header, json: event.json, steps: steps))
      }
    }
    return traces
  }

  /// The first remembered entry id among these event ids, by shard.
  func places(of ids: [String]) async throws -> [Int: EntryID] {
    let now = Timestamp.now().microsecondsSinceEpoch / 1000
    let bucket = now / Int64(namespace.deduplicationTime.wholeMilliseconds)
    var commands = Commands()
    for shard in namespace.shards {
      for bucket in [bucket - 1, bucket] { commands.append(["HMGET", "\(namespace.seen(shard)):\(bucket)"] + ids) }
    }
    return try Self.places(await connection.send(commands))
  }

  private static func places(_ replies: borrowing Replies) throws -> [Int: EntryID] {
    var places: [Int: EntryID] = [:]
    for index in 0..<replies.count {
      try replies[index].check()
      for position in 0..<replies[index].count {
        guard let id = EntryID(utf8: replies[index][position].bytes) else { continue }
        places[index / 2] = min(places[index / 2] ?? id, id)
      }
    }
    return places
  }

  private struct FoundEvent {
    let id: EntryID
    let topic: String
    let header: EventHeader
    let json: [UInt8]
  }

  private func events(
    about name: String, by subject: ((Span<UInt8>) -> String?)?, shard: Int, from start: EntryID
  ) async throws -> [FoundEvent] {
    var found: [FoundEvent] = []
    var place = start == .zero ? start : start.previous
    let needle = JSONWriter.bytes(of: name)
    var parser = JSONParser()
    while true {
      let page = try await entries(shard: shard, after: place, limit: 1000)
      for entry in page {
        let json = entry.json.span
        // A producer may have written the name with escapes.
        guard json.contains(needle[...]) || json.contains([UInt8(ascii: "\\")][...]) else { continue }
        // What is no event is none of this key.
        guard let header = Self.header(of: entry, &parser) else { continue }
        let about = subject.map { $0(json) } ?? header.key
        if about?.hasSameBytes(as: name) == true {
          found.append(FoundEvent(id: entry.id, topic: entry.topic, header: header, json: entry.json))
        }
      }
      guard page.count == 1000, let last = page.last else { return found }
      place = last.id
    }
  }

  private static func header(of entry: LogEntry, _ parser: inout JSONParser) -> EventHeader? {
    do throws(JSONError) {
      var object = try parser.parse(entry.json.span).object()
      return try EventHeader(from: &object, fallbackID: entry.id.description)
    } catch {
      return nil
    }
  }

  private func steps(
    of event: FoundEvent, shard: Int, _ groups: [GroupStatus]
  ) async throws -> [EventTrace.Step] {
    var steps: [EventTrace.Step] = []
    for group in groups {
      guard let delivered = group.delivered[event.topic] else { continue }
      let isDelivered = event.id <= delivered
      let pending = isDelivered && group.pending > 0 ? try await isPending(event, group) : false
      var letter: DeadLetter?
      if isDelivered, !pending, group.dead > 0 {
        letter = try await DeadLetters(namespace: namespace, connection: connection)
          .list(service: group.service, shard: shard).first { $0.entryID == event.id }
      }
      let failures = pending ? try await failures(event.id, group) : nil
      let state =
        !isDelivered
        ? "waiting"
        : letter.map { $0.isParked ? "parked" : "dead" }
          ?? (pending ? failures == nil ? "pending" : "retrying" : "done")
      steps.append(
        EventTrace.Step(
          service: group.service, state: state, reason: letter?.about.reason ?? failures?.lastError,
          retryAt: failures?.retryAt))
    }
    return steps
  }

  private func isPending(_ event: FoundEvent, _ group: GroupStatus) async throws -> Bool {
    let reply = try await connection.call(
      "XPENDING", namespace.log(group.shard, event.topic), group.service, event.id.description, event.id.description,
      "1")
    return reply.root.count > 0
  }

  private func failures(_ id: EntryID, _ group: GroupStatus) async throws -> Failures? {
    let reply = try await connection.call("HGET", namespace.retry(group.shard, group.service), id.description)
    return Self.failures(of: reply.root)
  }
}
