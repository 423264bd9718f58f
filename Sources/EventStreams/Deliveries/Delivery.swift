/// An event on its way through a worker.
final class Delivery: Sendable {
  /// What there is to do about it.
  enum Work: Sendable {
    /// The service doesn't want this type.
    case none
    case call(EventHandler.Call)
    case store(RecordedEvent)
    /// Another worker may read it, of a newer version than this one.
    case held(Unread)
    /// It can't be read; the reason.
    case undecodable(String)
    /// It has ended too many processes, or the server refuses its effects; the reason.
    case condemned(String)
  }

  /// Where it stands, and so how it is settled.
  enum Source: Sendable {
    /// Pending in the log, or in the history before it: settled with its place.
    case log
    /// A dead letter that is handled again: settled by its removal.
    case letter(EntryID)
  }

  /// An event in its shard, wherever it stands.
  enum Place: Sendable, Hashable {
    case entry(EntryID)
    case letter(EntryID)
  }

  let source: Source
  let shard: OwnedShard
  /// The topic that it stands in, of the shard's.
  let topic: Int
  let entryID: EntryID
  let header: EventHeader
  /// What the service orders it by: the event's own key unless the handler names another.
  let key: String
  let work: Work
  /// What handling it is going to read, as far as that is known ahead.
  let reads: [StateField]
  /// What the pending entries list counts: attempts that failed, at least one, and crashes.
  let deliveries: Int
  let failures: Failures?
  /// What its event takes.
  let bytes: Int
  /// Its event, if it comes from a history: the log may not hold it.
  let json: [UInt8]?

  init(
    source: Source = .log, shard: OwnedShard, topic: Int = 0, entryID: EntryID, header: EventHeader,
    key: String? = nil, work: Work,
    reads: [StateField] = [], deliveries: Int, failures: Failures?, bytes: Int = 0,
    json: [UInt8]? = nil
  ) {
    self.source = source
    self.shard = shard
    self.topic = topic
    self.entryID = entryID
    self.header = header
    self.key = key ?? header.key
    self.work = work
    self.reads = reads
    self.deliveries = deliveries
    self.failures = failures
    self.bytes = bytes
    self.json = json
  }

  var load: Load { Load(events: 1, bytes: bytes) }

  /// False for an event that the service doesn't want, that can't be read, or that must not be handled any more.
  var callsHandler: Bool {
    switch work {
    case .call, .store: true
    case .none, .held, .undecodable, .condemned: false
    }
  }

  var place: Place {
    switch source {
    case .log: .entry(entryID)
    case .letter(let id): .letter(id)
    }
  }

  /// The attempt that is made next.
  var attempt: Int { (failures?.attempts ?? 0) + 1 }

  /// How often the process ended while it handled this event and, as far as could be found, no other.
  var crashes: Int { max(0, deliveries - max(1, failures?.attempts ?? 0)) }

  func with(deliveries: Int, failures: Failures?) -> Delivery {
    Delivery(
      source: source, shard: shard, topic: topic, entryID: entryID, header: header, key: key, work: work,
      deliveries: deliveries, failures: failures, bytes: bytes, json: json)
  }

  /// As high as `recover` tells delivery counts: servers set the greatest one for entries that are never to be delivered again.
  private static let manyDeliveries = 1_000_000_000_000_000

  /// The same, to be moved to the dead letters, if it has ended as many processes as it may.
  func condemned(after maxCrashes: Int) -> Delivery {
    guard crashes >= maxCrashes else { return self }
    return condemned(
      because: deliveries < Self.manyDeliveries
        ? "the process ended \(crashes) times while it handled this event"
        : "its delivery count says that it is never to be delivered again")
  }

  /// The same, to be moved to the dead letters.
  func condemned(because reason: String) -> Delivery {
    Delivery(
      source: source, shard: shard, topic: topic, entryID: entryID, header: header, key: key,
      work: .condemned(reason),
      deliveries: deliveries, failures: failures, bytes: bytes, json: json)
  }
}
