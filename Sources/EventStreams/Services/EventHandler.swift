/// A handler of one event type with its type erased: decodes an event's data and binds it to the call.
@usableFromInline
struct EventHandler: Sendable {
  /// The call of a handler for one event, once per attempt.
  @usableFromInline
  typealias Call = @Sendable (_ attempt: Int) async throws -> Effects

  @usableFromInline
  let bind: @Sendable (borrowing JSONValue, EventHeader, OwnedShard, StreamID) throws(JSONError) -> BoundCall
  @usableFromInline
  let version: Int

  @inlinable
  init<Data: EventData>(
    key: (@Sendable (Data) -> String)?, _ handler: @escaping @Sendable (Event<Data>) async throws -> Effects
  ) {
    version = Data.version
    bind = { (json: borrowing JSONValue, header, shard, streamID) throws(JSONError) -> BoundCall in
      let data = try Data(from: json)
      return BoundCall(key: key?(data) ?? header.key) { attempt in
        try await handler(
          Event(
            id: header.id, timestamp: header.timestamp, key: header.key, traceparent: header.traceparent, data: data,
            shard: shard, streamID: streamID, attempt: attempt))
      }
    }
  }
}
