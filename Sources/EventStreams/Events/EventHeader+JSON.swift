extension EventHeader {
  /// Reads an envelope; `object` is left where `data` can be read.
  ///
  /// - Parameters:
  ///   - object: the event.
  ///   - fallbackID: the identity of an event that was added without one.
  public init(from object: inout JSONObject, fallbackID: @autoclosure () -> String) throws(JSONError) {
    let envelope = try Envelope<String>(from: &object)
    let identity = envelope.id ?? fallbackID()
    self.init(
      id: identity, type: EventType(rawValue: envelope.type), timestamp: envelope.timestamp,
      key: envelope.key ?? identity,
      version: envelope.version ?? 1,
      // One that nobody can read is not passed on.
      trace: TraceContext(reading: envelope.traceparent, envelope.tracestate))
  }

  /// Reads the envelope of an event as the log holds it, and not its data.
  ///
  /// - Parameters:
  ///   - json: the event.
  ///   - fallbackID: the identity of an event that was added without one.
  public init(ofEvent json: Span<UInt8>, fallbackID: @autoclosure () -> String) throws(JSONError) {
    var parser = JSONParser()
    var object = try parser.parse(json).object()
    self = try EventHeader(from: &object, fallbackID: fallbackID())
  }
}
