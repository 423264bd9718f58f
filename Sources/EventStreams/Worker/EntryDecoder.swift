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
    let service = service
    var header: EventHeader?
    var key: String?
    let work: Delivery.Work
    do throws(JSONError) {
      let value = try parser.parse(bytes)
      var object = try value.object()
      let found = try EventHeader(from: &object, fallbackID: streamID.description)
      header = found
      if service.storesEvents {
        work = Self.stored(bytes, streamID, shard, found)
      } else if let bound = try service.bind(&object, header: found, shard: shard, streamID: streamID) {
        key = bound.key
        work = .call(bound.call)
      } else {
        work = .none
      }
    } catch {
      work = service.storesEvents ? Self.stored(bytes, streamID, shard, header) : .undecodable(error.description)
    }
    return Delivery(
      source: source, shard: shard, streamID: streamID,
      header: header ?? EventHeader(id: streamID.description, type: "", timestamp: streamID.recordedAt, key: ""),
      key: key, work: work, deliveries: deliveries, failures: failures)
  }

  private static func stored(
    _ bytes: Span<UInt8>, _ streamID: StreamID, _ shard: OwnedShard, _ header: EventHeader?
  ) -> Delivery.Work {
    let json = bytes.withUnsafeBufferPointer { Array($0) }
    return .store(RecordedEvent(shard: shard.number, streamID: streamID, header: header, json: json))
  }
}
