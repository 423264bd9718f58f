/// What this process knows of a shard from having owned it: by this it tells whether the server has gone back to an earlier moment, and goes
/// on carefully where something was refused.
struct ShardKnowledge: Sendable {
  /// The last epoch; 0 if there was none.
  var epoch = 0
  /// The number of the last commit in it that was answered.
  var commits = 0
  /// The last entry, in the log's order, that was settled by a commit that was answered.
  var committed: EntryID?
  /// The last entry that was read.
  var lastRead: TopicPlace?
  /// True if the server has gone back, which nobody has been told yet.
  private(set) var isBehind = false
  /// The last epoch of which it was told: until the shard is taken anew, the server goes on to have an earlier one.
  private var reportedEpoch: Int?
  var setbacks = Setbacks()
  /// True when handlers have read the service's state: from then on is noted what uncommitted events write.
  var isRead = false

  /// What it takes to read what was held there: the shard is for a worker that does.
  private(set) var unread: Set<ReadingNeed> = []

  /// Takes in what it takes to read an event.
  ///
  /// - Returns: whether that is new. Of much that nobody reads the first will do.
  mutating func note(_ need: ReadingNeed) -> Bool { unread.count < 16 && unread.insert(need).inserted }

  /// Takes in that an entry of a topic was read.
  mutating func noteRead(_ id: EntryID, of topic: String) {
    if let lastRead, id <= lastRead.id { return }
    lastRead = TopicPlace(topic: topic, id: id)
  }

  /// Takes in that the server has gone back.
  mutating func foundBehind() {
    if reportedEpoch != epoch { isBehind = true }
  }

  /// Takes in that the loss is reported: what the server does not hold any more is nothing to compare it with.
  mutating func forgetWhatIsLost() {
    isBehind = false
    reportedEpoch = epoch
    commits = 0
    committed = nil
    lastRead = nil
  }
}
