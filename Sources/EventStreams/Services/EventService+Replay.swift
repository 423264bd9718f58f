extension EventService {
  /// Whether the service has a handler for events of this type.
  public func handles(_ type: EventType) -> Bool {
    guard case .eachEvent(let handlers) = handling else { return false }
    return handlers[type] != nil
  }

  /// What the service makes of one recorded event, without a worker: its handler is called, nothing is committed.
  ///
  /// - Returns: nil if the service doesn't want events of this type.
  /// - Throws: a `JSONError` for what can't be read, or what the handler throws.
  public func effects(of json: [UInt8], streamID: StreamID, shard: OwnedShard) async throws -> Effects? {
    guard let call = try call(for: json, streamID: streamID, shard: shard) else { return nil }
    return try await call(1)
  }

  private func call(
    for json: [UInt8], streamID: StreamID, shard: OwnedShard
  ) throws(JSONError) -> EventHandler.Call? {
    guard case .eachEvent(let handlers) = handling else { return nil }
    var parser = JSONParser()
    var object = try parser.parse(json.span).object()
    let header = try EventHeader(from: &object, fallbackID: streamID.description)
    guard let handler = handlers[header.type] else { return nil }
    let bound: BoundCall = try object.with("data") { (data) throws(JSONError) in
      BoundCall(call: try handler.bind(data, header, shard, streamID))
    }
    return bound.call
  }
}
