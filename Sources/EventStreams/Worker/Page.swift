import Redis

/// New entries of one shard as the server sent them, not decoded yet: for services that handle events one after the other, as
/// long as nothing of the shard has failed.
struct Page: Sendable {
  /// A server's answer to one read, shared by its pages and freed with the last of them.
  final class Answer: Sendable {
    fileprivate let replies: Replies

    init(_ replies: consuming Replies) { self.replies = replies }
  }

  private let answer: Answer
  /// Place of the shard's stream in the answer.
  private let stream: Int
  let shard: OwnedShard
  let count: Int

  init(of answer: Answer, stream: Int, count: Int, shard: OwnedShard) {
    self.answer = answer
    self.stream = stream
    self.shard = shard
    self.count = count
  }

  /// The last entry's id.
  var last: StreamID { Self.id(count - 1, in: answer.replies, stream) }

  /// Some of the entries as deliveries.
  func deliveries(_ range: Range<Int>, _ decoder: inout EntryDecoder) -> [Delivery] {
    deliveries(range, in: answer.replies, &decoder)
  }

  private func deliveries(
    _ range: Range<Int>, in replies: borrowing Replies, _ decoder: inout EntryDecoder
  ) -> [Delivery] {
    let entries = replies[0][stream][1]
    var deliveries: [Delivery] = []
    deliveries.reserveCapacity(range.count)
    for position in range {
      let entry = entries[position]
      deliveries.append(
        decoder.decode(
          entry[1][1].bytes, streamID: StreamID(utf8: entry[0].bytes) ?? .zero, shard: shard, deliveries: 1))
    }
    return deliveries
  }

  private static func id(_ position: Int, in replies: borrowing Replies, _ stream: Int) -> StreamID {
    StreamID(utf8: replies[0][stream][1][position][0].bytes) ?? .zero
  }
}

/// What became of a page.
struct HandledPage: Sendable {
  let page: Page
  /// What was lent for it, with all that was handled before the first failure.
  var batch: CommitBatch
  /// How many entries went into the batch.
  var done = 0
  /// From the first failure on, what was handled or deferred,
  var deliveries: [Delivery] = []
  /// and with what outcome.
  var outcomes: [Outcome] = []
  /// What was not begun.
  var rest: [Delivery] = []
}
