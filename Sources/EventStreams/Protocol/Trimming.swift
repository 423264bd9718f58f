import HiredisClient

/// Which entries of a shard's log may go, and whose word is needed for that.
struct Trimming: Sendable {
  /// What is looked at in one call, so that the server is busy for a moment only.
  static let mostEntries = 1000

  let namespace: Namespace
  let shard: Int
  let topic: String
  /// Entries recorded before this time may go; in milliseconds, 0 for none.
  let before: Int64
  /// Entries beyond so many may go; nil for no limit.
  let most: Int?
  /// Since when the stores must have been found whole, in milliseconds.
  let since: Int
  /// The services that have stores.
  let stores: [String]
  /// The services that must have a group on the topic.
  let services: [String]
  /// Where to go on; nil for the beginning.
  var after: EntryID?
  /// How many were counted before that.
  var counted = 0

  var keys: [String] {
    [namespace.logs(shard), namespace.log(shard, topic)] + stores.map { namespace.stored(shard, $0) }
  }

  func write(to arguments: inout Commands) {
    arguments.argument(max(0, before))
    arguments.argument(most ?? -1)
    arguments.argument(Self.mostEntries)
    arguments.argument(after)
    arguments.argument(counted)
    arguments.argument(since)
    arguments.arguments(counted: stores)
    for service in services { arguments.argument(service) }
  }

  /// What there was to remove.
  struct Answer {
    let removed: Int
    /// The last of them; nil if there was none.
    let last: EntryID?
    /// The group that keeps the next one, which may go; empty if none does.
    let keeper: String
    /// What is wrong with that group's store, `unconfirmed`, or nothing.
    let distrust: String

    /// True if nobody has said yet that the store is whole.
    var isUnconfirmed: Bool { distrust == "unconfirmed" }
  }

  static func answer(_ reply: ReplyNode) throws -> Answer {
    // Groups may be called anything.
    Answer(
      removed: try reply[0].integer(), last: EntryID(try reply[1].string()), keeper: reply[2].lossyText,
      distrust: reply[3].lossyText)
  }
}
