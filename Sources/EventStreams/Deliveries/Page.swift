import HiredisClient

/// Entries of one shard as the server sent them, by one read or several, or as a history gave them, in the order of the shard's log, not decoded
/// yet. A service that handles events one after the other takes them so, as long as nothing of the shard has failed.
struct Page: Sendable {
  /// A server's answer to one read, shared by the pages that have something of it and freed with the last of them.
  final class Answer: Sendable {
    fileprivate let replies: Replies

    init(_ replies: consuming Replies) { self.replies = replies }

    /// The last entry that it gives of a topic.
    func last(of part: Part) -> EntryID { Page.id(part.count - 1, in: replies, part) }
  }

  /// What an answer gives of one topic.
  struct Part: Sendable {
    /// Of the shard's topics.
    let topic: Int
    /// Of the replies that the answer consists of.
    let reply: Int
    /// Its stream's place in the reply.
    let stream: Int
    let count: Int

    init(topic: Int, reply: Int = 0, stream: Int, count: Int) {
      self.topic = topic
      self.reply = reply
      self.stream = stream
      self.count = count
    }
  }

  /// What gives some entries.
  private enum Source: Sendable {
    case answer(Answer, Part)
    /// A history, which says nothing of topics.
    case history([RecordedEvent])

    /// Of the shard's topics.
    var topic: Int { if case .answer(_, let part) = self { part.topic } else { 0 } }
  }

  /// Where an entry stands.
  private struct Place: Sendable {
    let id: EntryID
    /// Of the sources.
    var source: UInt32
    /// In its source.
    let position: UInt32
    /// What its event takes of the answer.
    let bytes: UInt32
  }

  private let sources: [Source]
  /// In the order of the log.
  private let places: [Place]
  /// Of the first entry, among the places.
  private var start = 0
  let shard: OwnedShard
  /// How many entries these are, and what their events take of the answers.
  private(set) var load: Load

  var count: Int { load.events }

  /// - Parameter parts: at least one, each of a topic of its own, with at least one entry.
  init(of answer: Answer, _ parts: [Part], shard: OwnedShard) {
    self.shard = shard
    sources = parts.map { .answer(answer, $0) }
    places = Self.places(of: parts, in: answer.replies)
    load = Self.load(of: places[...])
  }

  /// - Parameter events: at least one, in the order of the log.
  init(ofHistory events: [RecordedEvent], shard: OwnedShard) {
    self.shard = shard
    sources = [.history(events)]
    places = events.enumerated().map { position, event in
      Place(
        id: event.entryID, source: 0, position: UInt32(truncatingIfNeeded: position),
        bytes: UInt32(truncatingIfNeeded: event.json.count))
    }
    load = Self.load(of: places[...])
  }

  /// All entries of some pages of a shard, which are one page then, however they alternate.
  ///
  /// - Parameter pages: at least one.
  init(merging pages: [Page]) {
    var sources: [Source] = []
    var places: [Place] = []
    places.reserveCapacity(pages.reduce(0) { $0 + $1.count })
    for page in pages {
      // An answer of which nothing is left is freed.
      var numbers: [UInt32?] = Array(repeating: nil, count: page.sources.count)
      for var place in page.places[page.start..<page.start + page.count] {
        let source = Int(place.source)
        if numbers[source] == nil {
          numbers[source] = UInt32(truncatingIfNeeded: sources.count)
          sources.append(page.sources[source])
        }
        place.source = numbers[source] ?? 0
        places.append(place)
      }
    }
    places.sort { $0.id < $1.id }
    shard = pages[0].shard
    self.sources = sources
    self.places = places
    load = Self.load(of: places[...])
  }

  private static func places(of parts: [Part], in replies: borrowing Replies) -> [Place] {
    var places: [Place] = []
    places.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for (source, part) in parts.enumerated() {
      for position in 0..<part.count {
        places.append(
          Place(
            id: id(position, in: replies, part), source: UInt32(truncatingIfNeeded: source),
            position: UInt32(truncatingIfNeeded: position),
            bytes: UInt32(truncatingIfNeeded: replies[part.reply][part.stream][1][position][1][1].bytes.count)))
      }
    }
    if parts.count > 1 { places.sort { $0.id < $1.id } }
    return places
  }

  private static func load(of places: ArraySlice<Place>) -> Load {
    Load(events: places.count, bytes: places.reduce(0) { $0 + Int($1.bytes) })
  }

  /// What an entry's event takes of its answer.
  func bytes(_ index: Int) -> Int { Int(places[start + index].bytes) }

  /// An entry's id.
  func id(_ index: Int) -> EntryID { places[start + index].id }

  /// The topic that an entry stands in, of the shard's.
  func topic(_ index: Int) -> Int { sources[Int(places[start + index].source)].topic }

  /// Of what each read gave of each topic the first and the last entry, in the order of the first ones.
  var runs: [(topic: Int, first: EntryID, last: EntryID)] {
    if sources.count == 1 { return [(sources[0].topic, first, last)] }
    var runs: [(topic: Int, first: EntryID, last: EntryID)] = []
    var numbers: [Int?] = Array(repeating: nil, count: sources.count)
    for place in places[start..<start + count] {
      let source = Int(place.source)
      if let number = numbers[source] {
        runs[number].last = place.id
      } else {
        numbers[source] = runs.count
        runs.append((sources[source].topic, place.id, place.id))
      }
    }
    return runs
  }

  /// The first entry's id.
  var first: EntryID { id(0) }

  /// The last entry's id.
  var last: EntryID { id(count - 1) }

  /// How many of its first entries stand up to a place.
  func count(through place: EntryID) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if id(middle) <= place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The page without its first entries.
  func dropFirst(_ handled: Int) -> Page {
    var rest = self
    rest.start += handled
    rest.load -= Self.load(of: places[start..<start + handled])
    return rest
  }

  /// Its first entries.
  func prefix(_ count: Int) -> Page {
    var first = self
    first.load = Self.load(of: places[start..<start + count])
    return first
  }

  /// All entries as deliveries.
  func deliveries(_ decoder: inout EntryDecoder) -> [Delivery] {
    (0..<count).map { delivery($0, &decoder) }
  }

  func delivery(_ index: Int, _ decoder: inout EntryDecoder) -> Delivery {
    let place = places[start + index]
    switch sources[Int(place.source)] {
    case .answer(let answer, let part): return delivery(index, of: part, in: answer.replies, &decoder)
    case .history(let events): return decoder.decode(events[Int(place.position)], shard: shard, deliveries: 1)
    }
  }

  private func delivery(
    _ index: Int, of part: Part, in replies: borrowing Replies, _ decoder: inout EntryDecoder
  ) -> Delivery {
    let place = places[start + index]
    let entry = replies[part.reply][part.stream][1][Int(place.position)]
    return decoder.decode(entry[1][1].bytes, entryID: place.id, shard: shard, topic: part.topic, deliveries: 1)
  }

  /// An entry as far as handling it takes while nothing of its shard has failed.
  func entry(_ index: Int, _ decoder: inout EntryDecoder) -> EntryDecoder.Entry {
    let place = places[start + index]
    switch sources[Int(place.source)] {
    case .answer(let answer, let part): return entry(index, of: part, in: answer.replies, &decoder)
    case .history(let events):
      let json = events[Int(place.position)].json
      return decoder.read(json.span, entryID: place.id, shard: shard, topic: nil, inOrder: false)
    }
  }

  private func entry(
    _ index: Int, of part: Part, in replies: borrowing Replies, _ decoder: inout EntryDecoder
  ) -> EntryDecoder.Entry {
    let place = places[start + index]
    let entry = replies[part.reply][part.stream][1][Int(place.position)]
    return decoder.read(entry[1][1].bytes, entryID: place.id, shard: shard, topic: part.topic, inOrder: false)
  }

  private static func id(_ position: Int, in replies: borrowing Replies, _ part: Part) -> EntryID {
    EntryID(utf8: replies[part.reply][part.stream][1][position][0].bytes) ?? .zero
  }
}
