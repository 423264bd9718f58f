import EventStreams

/// What a trace has found, each event once.
struct TracedEvents {
  struct Found {
    let place: LogPlace
    let topic: String
    let header: EventHeader
    let json: [UInt8]
  }

  private let subject: TracedSubject
  /// The subject's name as it stands in JSON.
  private let needle: [UInt8]
  private var found: [LogPlace: Found] = [:]

  init(_ subject: TracedSubject, archived: [RecordedEvent]) {
    self.subject = subject
    needle = JSONWriter.bytes(of: subject.name)
    for event in archived {
      guard let header = event.header else { continue }
      let place = LogPlace(entryID: event.entryID, shard: event.shard)
      found[place] = Found(place: place, topic: subject.topic(header.type), header: header, json: event.json)
    }
  }

  /// The oldest first.
  var all: [Found] { found.values.sorted { $0.place < $1.place } }

  var recorded: [RecordedEvent] {
    all.map { RecordedEvent(shard: $0.place.shard, entryID: $0.place.entryID, header: $0.header, json: $0.json) }
  }

  /// The shards that have some.
  var shards: [Int] { Set(found.keys.map(\.shard)).sorted() }

  /// True if one of these is among them.
  func contains(anyOf names: [TracedSubject.Name]) -> Bool {
    let ids = Set(names.map(\.id))
    return found.values.contains { ids.contains(Identifier($0.header.id)) }
  }

  /// Takes in what is about the subject, or is among what led to some of it.
  mutating func add(_ entry: Inspector.LogEntry, shard: Int, asked names: Set<TracedSubject.Name> = []) {
    let place = LogPlace(entryID: entry.id, shard: shard)
    guard found[place] == nil else { return }
    let json = entry.json.span
    // A producer may have written the name with escapes.
    guard !names.isEmpty || json.contains(needle[...]) || json.contains([UInt8(ascii: "\\")][...]) else { return }
    // What is no event is about nothing.
    guard let header = try? EventHeader(ofEvent: json, fallbackID: entry.id.description),
      subject.isSubject(of: json)
        || subject.leads(header.type) && names.contains(TracedSubject.Name(header.id, topic: entry.topic))
    else { return }
    found[place] = Found(place: place, topic: entry.topic, header: header, json: entry.json)
  }
}
