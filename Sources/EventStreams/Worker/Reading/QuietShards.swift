import HiredisClient

/// Shards of a cluster that need not be read until the server tells that something was added: those that were read to the end after it
/// had been asked to tell.
struct QuietShards {
  /// By number: the epoch in which they are.
  private var epochs: [Int: Int] = [:]
  /// Shards whose last read gave much.
  private var busy: Set<Int> = []
  /// Of the logs that the server was asked to tell of, the shard.
  private var shards: [Identifier: Int] = [:]
  private var allRead = ContinuousClock.now

  /// How much a read gives of a shard where reading on costs less than being told.
  private static let much = 16
  /// How long they are taken for quiet: a line on which nothing comes may be dead without anybody having noticed.
  private static let trust = Duration.seconds(5)

  /// Forgets all: what the server was asked for over another connection it tells nobody.
  mutating func removeAll() { self = QuietShards() }

  /// Those that are to be read now.
  mutating func unread(of owned: [OwnedShard], at now: ContinuousClock.Instant) -> [OwnedShard] {
    if epochs.isEmpty { allRead = now }
    if now - allRead >= Self.trust {
      epochs = [:]
      allRead = now
    }
    return owned.filter { epochs[$0.number] != $0.epoch }
  }

  /// Has the server asked to tell of those that did not give much.
  ///
  /// - Returns: which these are.
  mutating func watch(
    _ unread: [OwnedShard], of namespace: Namespace, in commands: inout Commands
  ) -> [OwnedShard] {
    let watched = unread.filter { !busy.contains($0.number) }
    for shard in watched {
      let logs = shard.topics.map { namespace.log(shard.number, $0) }
      for log in logs { shards[log] = shard.number }
      commands.watch(logs)
    }
    return watched
  }

  /// Of how many commands the answers come first, for each of those.
  static let commandsEach = 2

  /// The shards of which the server tells, by its answers.
  static func areWatched(_ shards: [OwnedShard], in replies: borrowing Replies) -> Set<Int> {
    var watched: Set<Int> = []
    for (index, shard) in shards.enumerated() {
      let (first, second) = (replies[index * commandsEach], replies[index * commandsEach + 1])
      if first.error == nil, second.error == nil { watched.insert(shard.number) }
    }
    return watched
  }

  /// Takes in what a read gave of a shard.
  ///
  /// - Parameters:
  ///   - reply: streams and their entries.
  ///   - count: how many of each it may have given at the most.
  ///   - isWatched: whether the server tells of what comes after it.
  mutating func take(_ reply: borrowing ReplyNode, of shard: OwnedShard, count: Int, isWatched: Bool) {
    var (entries, isWhole) = (0, true)
    for stream in 0..<reply.count {
      entries += reply[stream][1].count
      isWhole = isWhole && reply[stream][1].count < count
    }
    if entries < Self.much { busy.remove(shard.number) } else { busy.insert(shard.number) }
    epochs[shard.number] = isWhole && isWatched ? shard.epoch : nil
  }

  /// Takes in what has changed.
  mutating func take(_ changes: KeyChanges) {
    switch changes {
    case .some(let keys): for key in keys { if let shard = shards[key] { epochs[shard] = nil } }
    case .all, .unknown: epochs = [:]
    }
  }
}
