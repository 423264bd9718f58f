import EventStreams
import HiredisClient

/// A shard's log, topic by topic, and the groups that read it, as Redis tells.
struct ShardLog: Sendable {
  /// A service's groups on the topics of the shard.
  struct Group: Sendable {
    let name: String
    /// Topic -> the last entry that was delivered of it.
    var delivered: [Identifier: EntryID]
    /// The last entry that its topics hold.
    var last: EntryID
    var pending: Int
    /// Entries that the log holds and that were not delivered, going by where the group stands; at least 1 if there is any.
    var lag: Int
    /// Entries that were removed from the log before they were delivered, as far as the server knows.
    var lost: Int
    /// The topics of which something was not settled.
    var open: [OpenTopic]
  }

  /// A topic of which a group has not settled everything.
  struct OpenTopic: Sendable {
    let topic: String
    /// Something was delivered and not acknowledged.
    let hasPending: Bool
    /// The last entry that was delivered, if any comes after it.
    let waitingAfter: EntryID?
  }

  let shard: Int
  /// In the order of their names.
  let topics: [TopicStatus]
  /// By name.
  let groups: [Group]

  /// Entries it holds now.
  var length: Int { topics.reduce(0) { $0 + $1.length } }
  /// Why nothing is known of a topic; nil if that isn't so.
  var problem: String? { topics.lazy.compactMap(\.problem).first }

  /// The commands that tell it, for one topic.
  static func ask(_ namespace: Namespace, _ shard: Int, _ topic: String, in commands: inout Commands) {
    commands.append("XINFO", "GROUPS", namespace.log(shard, topic))
    commands.append("XINFO", "STREAM", namespace.log(shard, topic))
  }

  /// Reads the answers to `ask` for some topics, which stand one after the other; nil if there is no log yet.
  init?(shard: Int, topics names: [String], _ answers: borrowing ReplyNode, from first: Int) {
    var topics: [TopicStatus] = []
    var groups: [Identifier: Group] = [:]
    for (index, name) in names.enumerated() {
      let (found, stream) = (answers[first + index * 2], answers[first + index * 2 + 1])
      if let error = found.error ?? stream.error {
        // "ERR no such key": it was removed.
        if error.message.contains("no such key") { continue }
        topics.append(TopicStatus(topic: name, length: 0, added: 0, last: nil, problem: error.message))
        continue
      }
      let extent = Extent(stream)
      topics.append(
        TopicStatus(
          topic: name, length: extent.length, added: extent.added ?? extent.length, last: extent.last, problem: nil))
      for index in 0..<found.count {
        let group = extent.group(found[index], topic: name)
        if var known = groups[group.name] {
          known.delivered.merge(group.delivered) { $1 }
          known.last = max(known.last, group.last)
          known.pending += group.pending
          known.lag += group.lag
          known.lost += group.lost
          known.open += group.open
          groups[group.name] = known
        } else {
          groups[group.name] = group
        }
      }
    }
    guard !topics.isEmpty else { return nil }
    self.shard = shard
    self.topics = topics
    self.groups = groups.sorted { $0.key < $1.key }.map(\.value)
  }

  /// What a topic's stream holds.
  private struct Extent {
    let length: Int
    let first: EntryID
    let last: EntryID
    let added: Int?

    init(_ stream: borrowing ReplyNode) {
      length = stream[field: "length"].lenientInteger ?? 0
      first = EntryID(utf8: stream[field: "first-entry"][0].bytes) ?? .zero
      last = EntryID(utf8: stream[field: "last-entry"][0].bytes) ?? .zero
      added = stream[field: "entries-added"].lenientInteger
    }

    func group(_ info: borrowing ReplyNode, topic: String) -> Group {
      let delivered = EntryID(utf8: info[field: "last-delivered-id"].bytes) ?? .zero
      let read = info[field: "entries-read"].lenientInteger
      let lag = lag(behind: delivered, read: read, told: info[field: "lag"].lenientInteger)
      var lost = 0
      // A group that was made in the middle of the log has no count.
      if let added, let read, read >= 0 { lost = max(0, added.clampedDifference(read).clampedDifference(lag)) }
      let pending = max(0, info[field: "pending"].lenientInteger ?? 0)
      let open = OpenTopic(topic: topic, hasPending: pending > 0, waitingAfter: lag > 0 ? delivered : nil)
      return Group(
        name: info[field: "name"].lossyText, delivered: [Identifier(topic): delivered], last: last, pending: pending,
        lag: lag, lost: lost, open: pending > 0 || lag > 0 ? [open] : [])
    }

    /// The server's own figure counts what is not there any more, and it gives up counting where entries were removed, and for a group
    /// that was made in the middle of the log.
    private func lag(behind delivered: EntryID, read: Int?, told: Int?) -> Int {
      if length == 0 || delivered >= last { return 0 }
      if delivered < first { return length }
      let counted = told ?? added.flatMap { added in read.map { added.clampedDifference($0) } } ?? length
      // The first entry was delivered, the last was not.
      return min(max(1, counted), max(1, length - 1))
    }
  }
}

extension Int {
  /// The difference, or the nearest number there is.
  fileprivate func clampedDifference(_ other: Int) -> Int {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }
}
