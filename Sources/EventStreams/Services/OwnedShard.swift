/// A shard as its owner's handler sees it: its number, the epoch of the lease, and this service's own state in it.
public struct OwnedShard: Sendable {
  /// 0 ..< shard count
  public let number: Int
  /// The lease's epoch (fencing token). A handler that keeps a shard's state in memory must load it again when the epoch
  /// changes: somebody else may have owned the shard in between.
  public let epoch: Int
  /// The topics that the service is delivered in this epoch.
  let topics: [String]
  /// Those of them that this worker handles nothing of: another version of the service does.
  private let foreignTopics: Set<Int>
  let reader: any StateReader

  /// A shard with the given reader of its state, as the worker makes it and a test may.
  public init(number: Int, epoch: Int, reader: any StateReader) {
    self.init(
      number: number, epoch: epoch, topics: [Namespace.standardTopic],
      subscription: Subscription("", topics: [Namespace.allTopics]), reader: reader)
  }

  init(number: Int, epoch: Int, topics: [String], subscription: Subscription, reader: any StateReader) {
    self.number = number
    self.epoch = epoch
    self.topics = topics
    foreignTopics = Set(topics.indices.filter { !subscription.wants(topics[$0]) })
    self.reader = reader
  }

  /// Whether this worker handles nothing of one of the topics.
  func isForeign(_ topic: Int) -> Bool { !foreignTopics.isEmpty && foreignTopics.contains(topic) }

  /// Every field of one of this service's hashes in this shard, as committed; empty if there is no such hash.
  ///
  /// - Parameter name: the hash's name as used in `Effects`, without the shard's and service's prefix.
  public func hash(_ name: String) async throws -> [Identifier: String] {
    try await reader.hash(name, shard: number)
  }

  /// One field of one of this service's hashes, as committed; nil if there is no such field.
  public func field(_ hash: String, _ field: String) async throws -> String? {
    try await reader.field(hash, field, shard: number)
  }

  /// Records of one of this service's streams after a place, as committed; of whole stream entries, until there are enough.
  ///
  /// - Parameters:
  ///   - stream: its name as used in `Effects`.
  ///   - after: the last place that is not wanted.
  ///   - limit: at least so many, if the stream has them.
  ///   - type: what each record is read as.
  public func records<Value: JSONReadable & Sendable>(
    _ stream: String, after: EntryID, limit: Int, as type: Value.Type
  ) async throws -> [(entryID: EntryID, value: Value)] {
    var parser = JSONParser()
    var records: [(entryID: EntryID, value: Value)] = []
    for (id, json) in try await reader.records(stream, shard: number, after: after, limit: limit) {
      records.append((id, try Value(from: parser.parse(json.span))))
    }
    return records
  }
}
