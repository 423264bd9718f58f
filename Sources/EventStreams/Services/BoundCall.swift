/// A handler's call for one event, and what the service orders that event by.
@usableFromInline
struct BoundCall: Sendable {
  let key: String
  let call: EventHandler.Call

  @usableFromInline
  init(key: String, call: @escaping EventHandler.Call) {
    self.key = key
    self.call = call
  }
}

extension EventService {
  /// Decodes an event's data for its handler, in the one place that does so.
  ///
  /// - Returns: nil if the service does not want events of this type.
  func bind(
    _ object: inout JSONObject, header: EventHeader, shard: OwnedShard, streamID: StreamID
  ) throws(JSONError) -> BoundCall? {
    guard case .eachEvent(let handlers) = handling, let handler = handlers[header.type] else { return nil }
    guard header.version <= handler.version else {
      throw JSONError(
        path: "version",
        problem: "\(header.type) version \(header.version) is newer than this worker knows (\(handler.version))")
    }
    return try object.with("data") { (json) throws(JSONError) in try handler.bind(json, header, shard, streamID) }
  }
}
