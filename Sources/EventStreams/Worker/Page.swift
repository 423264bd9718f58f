import Redis

/// New entries of one shard as the server sent them, not decoded yet. A service that handles events one after the other takes them
/// so, as long as nothing of the shard has failed.
struct Page: Sendable {
  /// A server's answer to one read, shared by its pages and freed with the last of them.
  final class Answer: Sendable {
    fileprivate let replies: Replies

    init(_ replies: consuming Replies) { self.replies = replies }
  }

  private let answer: Answer
  /// Place of the shard's stream in the answer.
  private let stream: Int
  /// Place of the first entry in the stream's part of the answer.
  private var start = 0
  let shard: OwnedShard
  private(set) var count: Int

  init(of answer: Answer, stream: Int, count: Int, shard: OwnedShard) {
    self.answer = answer
    self.stream = stream
    self.shard = shard
    self.count = count
  }

  /// What its events take of the answer.
  var bytes: Int { Self.bytes(of: start..<start + count, in: answer.replies, stream) }

  private static func bytes(of entries: Range<Int>, in replies: borrowing Replies, _ stream: Int) -> Int {
    var bytes = 0
    for position in entries { bytes += replies[0][stream][1][position][1][1].bytes.count }
    return bytes
  }

  /// The first entry's id.
  var first: StreamID { Self.id(start, in: answer.replies, stream) }

  /// The last entry's id.
  var last: StreamID { Self.id(start + count - 1, in: answer.replies, stream) }

  /// The page without its first entries.
  func dropFirst(_ handled: Int) -> Page {
    var rest = self
    rest.start += handled
    rest.count -= handled
    return rest
  }

  /// All entries as deliveries.
  func deliveries(_ decoder: inout EntryDecoder) -> [Delivery] {
    (0..<count).map { delivery($0, &decoder) }
  }

  func delivery(_ position: Int, _ decoder: inout EntryDecoder) -> Delivery {
    delivery(start + position, in: answer.replies, &decoder)
  }

  private func delivery(_ position: Int, in replies: borrowing Replies, _ decoder: inout EntryDecoder) -> Delivery {
    let entry = replies[0][stream][1][position]
    return decoder.decode(
      entry[1][1].bytes, streamID: StreamID(utf8: entry[0].bytes) ?? .zero, shard: shard, deliveries: 1)
  }

  /// An entry as far as handling it takes while nothing of its shard has failed.
  func entry(_ position: Int, _ decoder: inout EntryDecoder) -> EntryDecoder.Entry {
    entry(start + position, in: answer.replies, &decoder)
  }

  private func entry(
    _ position: Int, in replies: borrowing Replies, _ decoder: inout EntryDecoder
  ) -> EntryDecoder.Entry {
    let entry = replies[0][stream][1][position]
    return decoder.read(
      entry[1][1].bytes, streamID: StreamID(utf8: entry[0].bytes) ?? .zero, shard: shard, inOrder: false)
  }

  private static func id(_ position: Int, in replies: borrowing Replies, _ stream: Int) -> StreamID {
    StreamID(utf8: replies[0][stream][1][position][0].bytes) ?? .zero
  }
}
