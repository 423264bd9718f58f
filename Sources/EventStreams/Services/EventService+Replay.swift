extension EventService {
  /// Whether the service has a handler for events of this type.
  public func handles(_ type: EventType) -> Bool { version(of: type) != nil }

  /// The newest version that the service reads of a type; nil if it has no handler for it.
  package func version(of type: EventType) -> Int? {
    guard case .eachEvent(let handlers) = handling else { return nil }
    return handlers.first { $0.type == type }?.handler.version
  }

  /// What the service makes of one recorded event, without a worker: its handler is called, nothing is committed.
  ///
  /// - Returns: nil if the service doesn't want events of this type.
  /// - Throws: a `JSONError` for what can't be read, or what the handler throws.
  public func effects(of json: [UInt8], entryID: EntryID, shard: OwnedShard) async throws -> Effects? {
    var parser = JSONParser()
    return try await bound(&parser, json, entryID, shard)?.call(1)
  }

  /// The same as a worker does it: some attempt, with the middleware around it.
  package func handle(
    _ json: [UInt8], entryID: EntryID, shard: OwnedShard, attempt: Int
  ) async throws -> Effects? {
    var parser = JSONParser()
    guard let bound = try bound(&parser, json, entryID, shard) else { return nil }
    let attempt = EventAttempt(
      service: name, event: try EventHeader(ofEvent: json.span, fallbackID: entryID.description), shard: shard.number,
      entryID: entryID, number: attempt)
    return try await handle(attempt, by: bound.call)
  }

  /// Whether an event is of a newer version than the service reads of its type.
  package func isNewer(_ json: [UInt8]) -> Bool {
    var parser = JSONParser()
    guard let value = try? parser.parse(json.span), var object = try? value.object(),
      let header = try? EventHeader(from: &object, fallbackID: ""), let version = version(of: header.type)
    else { return false }
    return header.version > version
  }

  private func bound(
    _ parser: inout JSONParser, _ json: [UInt8], _ entryID: EntryID, _ shard: OwnedShard
  ) throws(JSONError) -> BoundCall? {
    let value = try parser.parse(json.span)
    let handler = try handler(of: value)
    var object = try value.object()
    let header = try EventHeader(from: &object, fallbackID: entryID.description)
    return try handler?.bind(&object, header: header, shard: shard, entryID: entryID, inOrder: false)
  }
}
