import Redis

/// Makes deliveries of log entries: decodes each once, straight from the bytes of the server's reply.
struct EntryDecoder: ~Copyable {
  private let service: EventService
  private var parser = JSONParser()

  init(service: EventService) {
    self.service = service
  }

  /// An entry's event as a delivery; one that can't be read is a delivery too, with the reason.
  mutating func decode(
    _ bytes: Span<UInt8>, source: Delivery.Source = .log, streamID: StreamID, shard: OwnedShard, deliveries: Int,
    failures: Failures? = nil
  ) -> Delivery {
    let handling = service.handling
    var header: EventHeader?
    let work: Delivery.Work
    do throws(JSONError) {
      let value = try parser.parse(bytes)
      var object = try value.object()
      let found = try EventHeader(from: &object, fallbackID: streamID.description)
      header = found
      work =
        try Self.bind(&object, handling, header: found, shard: shard, streamID: streamID)
        ?? Self.stored(bytes, streamID, shard, found)
    } catch {
      switch handling {
      case .batches: work = Self.stored(bytes, streamID, shard, header)
      case .eachEvent: work = .undecodable(error.description)
      }
    }
    return Delivery(
      source: source, shard: shard, streamID: streamID,
      header: header ?? EventHeader(id: streamID.description, type: "", timestamp: streamID.recordedAt, key: ""),
      work: work, deliveries: deliveries, failures: failures)
  }

  /// The call of this type's handler; nil for a service that stores events as they are.
  private static func bind(
    _ object: inout JSONObject, _ handling: EventService.Handling, header: EventHeader, shard: OwnedShard,
    streamID: StreamID
  ) throws(JSONError) -> Delivery.Work? {
    guard case .eachEvent(let handlers) = handling else { return nil }
    guard let handler = handlers[header.type] else { return Delivery.Work.none }
    guard header.version <= handler.version else {
      throw JSONError(
        path: "version",
        problem: "\(header.type) version \(header.version) is newer than this worker knows (\(handler.version))")
    }
    let data: BoundCall = try object.with("data") { (json) throws(JSONError) in
      BoundCall(call: try handler.bind(json, header, shard, streamID))
    }
    return .call(data.call)
  }

  private static func stored(
    _ bytes: Span<UInt8>, _ streamID: StreamID, _ shard: OwnedShard, _ header: EventHeader?
  ) -> Delivery.Work {
    let json = bytes.withUnsafeBufferPointer { Array($0) }
    return .store(RecordedEvent(shard: shard.number, streamID: streamID, header: header, json: json))
  }
}
