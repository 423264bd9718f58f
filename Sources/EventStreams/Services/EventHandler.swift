/// A handler of one event type with its type erased: decodes an event's data and binds it to the call.
@usableFromInline
struct EventHandler: Sendable {
  /// The call of a handler for one event, once per attempt.
  @usableFromInline
  typealias Call = @Sendable (_ attempt: Int) async throws -> Effects

  /// Reads the data, and binds the call to it; leaves out the key if it isn't wanted.
  @usableFromInline
  let decode:
    @Sendable (borrowing JSONValue, EventHeader, OwnedShard, StreamID, _ withKey: Bool) throws(JSONError) -> BoundCall
  @usableFromInline
  let version: Int

  @inlinable
  init<Data: EventData>(
    key: (@Sendable (Data) -> String)?, _ handler: @escaping @Sendable (Event<Data>) async throws -> Effects
  ) {
    version = Data.version
    decode = { (json: borrowing JSONValue, header, shard, streamID, withKey) throws(JSONError) -> BoundCall in
      let event = Event(
        id: header.id, timestamp: header.timestamp, key: header.key, traceparent: header.traceparent,
        data: try Data(from: json), shard: shard, streamID: streamID)
      return BoundCall(key: withKey ? key?(event.data) ?? header.key : nil) { attempt in
        // Copying an event costs as much as some handlers do.
        let effects = attempt > 1 ? try await handler(event.with(attempt: attempt)) : try await handler(event)
        try effects.checkShardKeys { event.data.shardKey }
        return effects
      }
    }
  }

  /// Decodes an event's data for the handler, in the one place that does so.
  ///
  /// - Parameter withKey: false if it won't be asked what orders the event.
  func bind(
    _ object: inout JSONObject, header: EventHeader, shard: OwnedShard, streamID: StreamID, withKey: Bool
  ) throws(JSONError) -> BoundCall {
    guard header.version <= version else {
      throw JSONError(
        path: "version",
        problem: "\(header.type) version \(header.version) is newer than this worker knows (\(version))")
    }
    return try object.with("data") { (json) throws(JSONError) in try decode(json, header, shard, streamID, withKey) }
  }
}
