import Redis

/// A shard's log and the groups that read it, as Redis tells.
struct ShardLog: Sendable {
  struct Group: Sendable {
    let name: String
    let pending: Int
    let lastDelivered: StreamID
    /// Entries that the log holds and that were not delivered; at least 1 if there is any.
    let lag: Int
    /// Entries that were removed from the log before they were delivered, as far as the server knows.
    let lost: Int
  }

  let shard: Int
  /// Entries it holds now.
  let length: Int
  let groups: [Group]
  /// Why nothing is known of it; nil if that isn't so.
  let problem: String?

  /// The two commands that tell it.
  static func ask(_ namespace: Namespace, _ shard: Int, in commands: inout Commands) {
    commands.append("XINFO", "GROUPS", namespace.log(shard))
    commands.append("XINFO", "STREAM", namespace.log(shard))
  }

  /// Reads the answers to `ask`; nil if there is no log yet.
  init?(shard: Int, groups: borrowing ReplyNode, stream: borrowing ReplyNode) {
    self.shard = shard
    if let error = groups.error ?? stream.error {
      // "ERR no such key": nothing was ever published here.
      if error.message.contains("no such key") { return nil }
      (length, self.groups, problem) = (0, [], error.message)
      return
    }
    let extent = Extent(stream)
    var found: [Group] = []
    for index in 0..<groups.count { found.append(extent.group(groups[index])) }
    length = extent.length
    self.groups = found
    problem = nil
  }

  /// What the log holds.
  private struct Extent {
    let length: Int
    let first: StreamID
    let last: StreamID
    let added: Int?

    init(_ stream: borrowing ReplyNode) {
      length = stream[field: "length"].lenientInteger ?? 0
      first = StreamID(utf8: stream[field: "first-entry"][0].bytes) ?? .zero
      last = StreamID(utf8: stream[field: "last-entry"][0].bytes) ?? .zero
      added = stream[field: "entries-added"].lenientInteger
    }

    func group(_ info: borrowing ReplyNode) -> Group {
      let delivered = StreamID(utf8: info[field: "last-delivered-id"].bytes) ?? .zero
      let read = info[field: "entries-read"].lenientInteger
      let lag = lag(behind: delivered, read: read, told: info[field: "lag"].lenientInteger)
      var lost = 0
      // A group that was made in the middle of the log has no count.
      if let added, let read, read >= 0 { lost = max(0, added.clampedDifference(read).clampedDifference(lag)) }
      return Group(
        name: info[field: "name"].lossyText, pending: max(0, info[field: "pending"].lenientInteger ?? 0),
        lastDelivered: delivered, lag: lag, lost: lost)
    }

    /// The server's own figure counts what is not there any more, and it gives up counting where entries were removed, and for a group
    /// that was made in the middle of the log.
    private func lag(behind delivered: StreamID, read: Int?, told: Int?) -> Int {
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
