extension EventHeader {
  /// Reads an envelope; `object` is left where `data` can be read.
  ///
  /// - Parameter fallbackID: the identity of an event that was added without one.
  public init(from object: inout JSONObject, fallbackID: @autoclosure () -> String) throws(JSONError) {
    let id: String? = try object.optional("id")
    let type: String = try object["type"]
    let version: Int? = try object.optional("version")
    let timestamp: Timestamp = try object["timestamp"]
    let key: String? = try object.optional("key")
    let traceparent: String? = try object.optional("traceparent")
    let identity = id ?? fallbackID()
    self.init(
      id: identity, type: EventType(rawValue: type), timestamp: timestamp, key: key ?? identity,
      version: version ?? 1, traceparent: traceparent)
  }

  /// Reads the envelope of an event as the log holds it, and not its data.
  ///
  /// - Parameter fallbackID: the identity of an event that was added without one.
  public init(ofEvent json: Span<UInt8>, fallbackID: @autoclosure () -> String) throws(JSONError) {
    var parser = JSONParser()
    var object = try parser.parse(json).object()
    self = try EventHeader(from: &object, fallbackID: fallbackID())
  }
}
