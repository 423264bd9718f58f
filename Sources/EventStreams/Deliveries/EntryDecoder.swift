import HiredisClient

/// Makes deliveries of log entries: decodes each once, straight from the bytes of the server's reply.
struct EntryDecoder: ~Copyable {
  private let service: EventService
  private var parser = JSONParser()

  init(service: EventService) {
    self.service = service
  }

  /// An entry as far as handling it takes.
  struct Entry {
    let entryID: EntryID
    /// Nil if it can't be read, or nobody asked for it.
    var header: EventHeader?
    /// Nil if it can't be read, or nobody asked for it.
    var key: String?
    var work = Delivery.Work.none
    /// What handling it is going to read, as far as that is known ahead.
    var reads: [StateField] = []
  }

  /// What is to be done about an entry.
  ///
  /// - Parameters:
  ///   - topic: the one it stands in, of the shard's; nil if that isn't known.
  ///   - inOrder: false to leave out what only tells its order among others: the key, and the header of an event that the
  ///     service does not want.
  mutating func read(
    _ bytes: Span<UInt8>, entryID: EntryID, shard: OwnedShard, topic: Int?, inOrder: Bool
  ) -> Entry {
    let service = service
    var entry = Entry(entryID: entryID)
    do throws(JSONError) {
      guard bytes.count <= EncodedEvent.longest else {
        throw JSONError(problem: "has \(bytes.count) bytes; an event has at most \(EncodedEvent.longest)")
      }
      let value = try parser.parse(bytes)
      let handler = try service.handler(of: value)
      var object = try value.object()
      let foreignTopic = handler == nil ? topic.flatMap { shard.isForeign($0) ? shard.topics[$0] : nil } : nil
      if handler == nil, !inOrder, foreignTopic == nil {
        // It must be an event all the same.
        _ = try Envelope<AnyText>(from: &object)
        return entry
      }
      let header = try EventHeader(from: &object, fallbackID: entryID.description)
      entry.header = header
      if service.storesEvents {
        entry.work = Self.stored(bytes, entryID, shard, header)
      } else if let foreignTopic {
        entry.work = .held(
          Unread(
            need: .topic(Identifier(foreignTopic)),
            reason:
              "\(service.name) is delivered the topic \(foreignTopic), of which this worker handles nothing: it waits for one that does"
          ))
      } else if let handler, let problem = handler.problem(ofNewer: header) {
        entry.work = .held(
          Unread(
            need: .version(header.version, of: Identifier(header.type.rawValue)), reason: problem.description))
        entry.key = handler.key(ofNewer: &object, header: header, shard: shard, entryID: entryID)
      } else if let handler {
        let bound = try handler.bind(&object, header: header, shard: shard, entryID: entryID, inOrder: inOrder)
        entry.key = bound.key
        entry.reads = bound.reads
        entry.work = .call(bound.call)
      }
    } catch {
      entry.work =
        service.storesEvents ? Self.stored(bytes, entryID, shard, entry.header) : .undecodable(error.description)
    }
    return entry
  }

  /// An event of a history as a delivery.
  mutating func decode(
    _ event: RecordedEvent, shard: OwnedShard, deliveries: Int, failures: Failures? = nil
  ) -> Delivery {
    decode(
      event.json.span, entryID: event.entryID, shard: shard, topic: nil, deliveries: deliveries, failures: failures,
      json: event.json)
  }

  /// An entry's event as a delivery; one that can't be read is a delivery too, with the reason.
  ///
  /// - Parameter json: the same bytes, of what the log may not hold.
  mutating func decode(
    _ bytes: Span<UInt8>, source: Delivery.Source = .log, entryID: EntryID, shard: OwnedShard, topic: Int?,
    deliveries: Int, failures: Failures? = nil, json: [UInt8]? = nil
  ) -> Delivery {
    let entry = read(bytes, entryID: entryID, shard: shard, topic: topic, inOrder: true)
    return Delivery(
      source: source, shard: shard, topic: topic ?? 0, entryID: entryID,
      header: entry.header ?? EventHeader(id: entryID.description, type: "", timestamp: entryID.recordedAt, key: ""),
      key: entry.key, work: entry.work, reads: entry.reads, deliveries: deliveries, failures: failures,
      bytes: bytes.count, json: json)
  }

  private static func stored(
    _ bytes: Span<UInt8>, _ entryID: EntryID, _ shard: OwnedShard, _ header: EventHeader?
  ) -> Delivery.Work {
    let json = bytes.withUnsafeBufferPointer { Array($0) }
    return .store(RecordedEvent(shard: shard.number, entryID: entryID, header: header, json: json))
  }
}
