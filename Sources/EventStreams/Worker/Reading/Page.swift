import Redis

/// New entries of one shard as the server sent them, in the order of the shard's log, not decoded yet. A service that handles events one after
/// the other takes them so, as long as nothing of the shard has failed.
struct Page: Sendable {
  /// A server's answer to one read, shared by its pages and freed with the last of them.
  final class Answer: Sendable {
    fileprivate let replies: Replies

    init(_ replies: consuming Replies) { self.replies = replies }

    /// The last entry that it gives of a topic.
    func last(of part: Part) -> StreamID { Page.id(part.count - 1, in: replies, part.stream) }
  }

  /// What an answer gives of one topic.
  struct Part: Sendable {
    /// Of the shard's topics.
    let topic: Int
    /// Its stream's place in the answer.
    let stream: Int
    let count: Int
  }

  /// Where an entry stands in the answer.
  private struct Place: Sendable {
    let id: StreamID
    let part: UInt32
    let position: UInt32
  }

  private let answer: Answer
  private let parts: [Part]
  /// In the order of the log.
  private let places: [Place]
  /// Of the first entry, among the places.
  private var start = 0
  let shard: OwnedShard
  private(set) var count: Int

  /// - Parameter parts: at least one, each of a topic of its own, with at least one entry.
  init(of answer: Answer, _ parts: [Part], shard: OwnedShard) {
    self.answer = answer
    self.parts = parts
    self.shard = shard
    places = Self.places(of: parts, in: answer.replies)
    count = places.count
  }

  private static func places(of parts: [Part], in replies: borrowing Replies) -> [Place] {
    var places: [Place] = []
    places.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for (part, about) in parts.enumerated() {
      for position in 0..<about.count {
        places.append(
          Place(
            id: id(position, in: replies, about.stream), part: UInt32(truncatingIfNeeded: part),
            position: UInt32(truncatingIfNeeded: position)))
      }
    }
    if parts.count > 1 { places.sort { $0.id < $1.id } }
    return places
  }

  /// What its events take of the answer.
  var bytes: Int { bytes(in: answer.replies) }

  private func bytes(in replies: borrowing Replies) -> Int {
    var bytes = 0
    for index in 0..<count {
      let (part, position) = place(index)
      bytes += replies[0][parts[part].stream][1][position][1][1].bytes.count
    }
    return bytes
  }

  private func place(_ index: Int) -> (part: Int, position: Int) {
    let place = places[start + index]
    return (Int(place.part), Int(place.position))
  }

  /// An entry's id.
  func id(_ index: Int) -> StreamID { places[start + index].id }

  /// The topic that an entry stands in, of the shard's.
  func topic(_ index: Int) -> Int { parts[Int(places[start + index].part)].topic }

  /// Of each topic its first and its last entry.
  var runs: [(topic: Int, first: StreamID, last: StreamID)] {
    if parts.count == 1 { return [(parts[0].topic, first, last)] }
    var runs: [(topic: Int, first: StreamID, last: StreamID)?] = Array(repeating: nil, count: parts.count)
    for place in places[start..<start + count] {
      let part = Int(place.part)
      if runs[part] == nil { runs[part] = (parts[part].topic, place.id, place.id) }
      runs[part]?.last = place.id
    }
    return runs.compactMap(\.self)
  }

  /// The first entry's id.
  var first: StreamID { id(0) }

  /// The last entry's id.
  var last: StreamID { id(count - 1) }

  /// How many of its first entries stand up to a place.
  func count(through place: StreamID) -> Int {
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
    rest.count -= handled
    return rest
  }

  /// Its first entries.
  func prefix(_ count: Int) -> Page {
    var first = self
    first.count = count
    return first
  }

  /// All entries as deliveries.
  func deliveries(_ decoder: inout EntryDecoder) -> [Delivery] {
    (0..<count).map { delivery($0, &decoder) }
  }

  func delivery(_ index: Int, _ decoder: inout EntryDecoder) -> Delivery {
    delivery(index, in: answer.replies, &decoder)
  }

  private func delivery(_ index: Int, in replies: borrowing Replies, _ decoder: inout EntryDecoder) -> Delivery {
    let (part, position) = place(index)
    let entry = replies[0][parts[part].stream][1][position]
    return decoder.decode(
      entry[1][1].bytes, streamID: id(index), shard: shard, topic: parts[part].topic,
      deliveries: 1)
  }

  /// An entry as far as handling it takes while nothing of its shard has failed.
  func entry(_ index: Int, _ decoder: inout EntryDecoder) -> EntryDecoder.Entry {
    entry(index, in: answer.replies, &decoder)
  }

  private func entry(
    _ index: Int, in replies: borrowing Replies, _ decoder: inout EntryDecoder
  ) -> EntryDecoder.Entry {
    let (part, position) = place(index)
    let entry = replies[0][parts[part].stream][1][position]
    return decoder.read(
      entry[1][1].bytes, streamID: id(index), shard: shard, topic: parts[part].topic,
      inOrder: false)
  }

  private static func id(_ position: Int, in replies: borrowing Replies, _ stream: Int) -> StreamID {
    StreamID(utf8: replies[0][stream][1][position][0].bytes) ?? .zero
  }
}
