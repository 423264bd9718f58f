package import HiredisClient

/// The first entries of an outbox, as they are read.
package struct OutboxPage: Sendable {
  /// What one commit has for one shard.
  package struct Entry: Sendable {
    package let id: EntryID
    /// The shard that it is for.
    package let target: Int
    /// When it was committed, by the server's clock.
    package let committed: Timestamp
    /// Fields and values: where they stand in the page's bytes.
    package let pieces: ArraySlice<Range<Int>>

    /// How many events it publishes, schedules or cancels.
    package var count: Int { pieces.count / 2 }
  }

  /// How many entries are read at once.
  package static let length = 50

  package private(set) var bytes: [UInt8] = []
  package private(set) var entries: [Entry] = []
  /// The last entry that was looked at; nil if there is none.
  package private(set) var last: EntryID?
  /// How many entries are none that a commit writes.
  package private(set) var unreadable = 0

  /// How many entries were looked at.
  package var count: Int { entries.count + unreadable }

  /// Nothing.
  package init() {}

  /// Reads what XRANGE answers.
  package init(_ reply: borrowing ReplyNode) throws {
    try reply.check()
    var pieces: [Range<Int>] = []
    for index in 0..<reply.count {
      guard let id = EntryID(utf8: reply[index][0].bytes) else { continue }
      last = id
      let fields = reply[index][1]
      let about = fields[1].lossyText.split(separator: " ").first.flatMap { Int64($0) }
      guard fields.count > 2, fields.count.isMultiple(of: 2), let target = Int(fields[0].lossyText), let about else {
        unreadable += 1
        continue
      }
      let start = pieces.count
      for field in 2..<fields.count {
        let first = bytes.count
        fields[field].bytes.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        pieces.append(first..<bytes.count)
      }
      entries.append(
        Entry(
          id: id, target: target, committed: Timestamp(millisecondsSinceEpoch: about), pieces: pieces[start...]))
    }
  }

  package func text(_ piece: Range<Int>) -> String { String(decoding: bytes[piece], as: UTF8.self) }

  /// The most events that one call gives to a shard, but for what one commit has for it.
  private static let mostEvents = 1000

  /// What each shard is to get first.
  package var byTarget: [(target: Int, entries: [Entry])] {
    var lists: [Int: (entries: [Entry], events: Int)] = [:]
    for entry in entries where lists[entry.target, default: ([], 0)].events < Self.mostEvents {
      lists[entry.target, default: ([], 0)].entries.append(entry)
      lists[entry.target, default: ([], 0)].events += entry.count
    }
    return lists.sorted { $0.key < $1.key }.map { ($0.key, $0.value.entries) }
  }
}
