extension ReadableEventData {
  /// Reads the data of an event as the log holds it, of whatever version that is known.
  public init(ofEvent json: Span<UInt8>) throws(JSONError) {
    var parser = JSONParser()
    var event = try parser.parse(json).object()
    try self.init(ofEvent: &event)
  }

  /// Reads the data of an event, of whatever version that is known.
  public init(ofEvent event: inout JSONObject) throws(JSONError) {
    try self.init(ofEvent: &event, version: try event.optional("version") ?? 1)
  }

  /// Reads the data of an event: the one place that does so, and where an older version's is lifted.
  ///
  /// - Parameter version: what the event says of the shape of its data.
  @inlinable
  init(ofEvent event: inout JSONObject, version: Int) throws(JSONError) {
    // Nearly always; then it is read right from the event's bytes.
    self = try version == Self.version ? event["data"] : Self.lifted(from: &event, version: version)
  }

  @usableFromInline
  static func lifted(from event: inout JSONObject, version: Int) throws(JSONError) -> Self {
    if let problem = eventType.problem(ofVersion: version, known: Self.version) { throw problem }
    return try event.with("data") { (data) throws(JSONError) in
      try lifted(data, version: version).read()
    }
  }

  /// Data of an older version as this one says it.
  static func lifted(_ data: borrowing JSONValue, version: Int) throws(JSONError) -> JSONFields {
    var fields = try JSONFields(from: data)
    for step in version..<Self.version { try upcast(&fields, from: step) }
    return fields
  }
}

extension EventType {
  /// Why an event of this type can't be read where a version of it is known; nil if it can.
  func problem(ofVersion version: Int, known: Int) -> JSONError? {
    guard version >= 1 else { return JSONError(path: "version", problem: "\(version) is less than 1") }
    guard version > known else { return nil }
    return JSONError(path: "version", problem: "\(self) version \(version) is newer than is known here (\(known))")
  }
}
