/// A handler of one event type with its type erased: decodes an event's data and binds it to the call.
@usableFromInline
struct EventHandler: Sendable {
  /// The call of a handler for one event, once per attempt.
  @usableFromInline
  typealias Call = @Sendable (_ attempt: Int) async throws -> Effects

  /// Reads the data, and binds the call to it; leaves out its order and what it reads if they aren't wanted.
  @usableFromInline
  let decode:
    @Sendable (inout JSONObject, EventHeader, OwnedShard, EntryID, _ inOrder: Bool) throws(JSONError) -> BoundCall
  @usableFromInline
  let version: Int
  @usableFromInline
  let topic: String
  /// Whether it says what it is going to read.
  @usableFromInline
  let readsAhead: Bool

  @inlinable
  init<Data: ReadableEventData>(
    key: (@Sendable (Data) -> String)?, reads: (@Sendable (Data) -> [StateField])?,
    _ handler: @escaping @Sendable (Event<Data>) async throws -> Effects
  ) {
    version = Data.version
    topic = Data.topic
    readsAhead = reads != nil
    decode = { (object: inout JSONObject, header, shard, entryID, inOrder) throws(JSONError) -> BoundCall in
      let event = Event(
        id: header.id, timestamp: header.timestamp, key: header.key, traceparent: header.traceparent,
        data: try Data(ofEvent: &object, version: header.version), shard: shard, entryID: entryID)
      return BoundCall(
        key: inOrder ? key?(event.data) ?? header.key : nil, reads: inOrder ? reads?(event.data) ?? [] : []
      ) { attempt in
        // Copying an event costs as much as some handlers do.
        attempt > 1 ? try await handler(event.with(attempt: attempt)) : try await handler(event)
      }
    }
  }

  /// Decodes an event's data for the handler, in the one place that does so.
  ///
  /// - Parameter inOrder: false if it won't be asked what orders the event, nor what it reads.
  func bind(
    _ object: inout JSONObject, header: EventHeader, shard: OwnedShard, entryID: EntryID, inOrder: Bool
  ) throws(JSONError) -> BoundCall {
    try decode(&object, header, shard, entryID, inOrder)
  }

  /// What an event is ordered by whose version is newer, as far as can be told.
  func key(
    ofNewer object: inout JSONObject, header: EventHeader, shard: OwnedShard, entryID: EntryID
  ) -> String {
    let known = EventHeader(
      id: header.id, type: header.type, timestamp: header.timestamp, key: header.key, version: version)
    return (try? decode(&object, known, shard, entryID, true))?.key ?? header.key
  }

  /// Why an event can't be handled by this version of the handler, and may be by a later one; nil if it can.
  func problem(ofNewer header: EventHeader) -> JSONError? {
    header.version > version ? header.type.problem(ofVersion: header.version, known: version) : nil
  }
}
