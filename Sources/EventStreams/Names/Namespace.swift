/// Everything of one deployment: its logs, split into shards, and the names of all its keys.
///
/// A shard's log is the merge of its topics' streams by entry id.
public struct Namespace: Sendable, Hashable {
  /// Its name, which every key begins with.
  public let name: String
  /// How many shards the log is split into.
  public let shardCount: Int
  /// How long the id of an event is remembered at least, whoever publishes it: within that time it is published once.
  public let deduplicationTime: Duration

  /// The number of shards of a namespace that is made without one being asked for.
  public static let standardShardCount = 8

  /// The same in a cluster: enough to be spread over as many servers as it will have.
  public static let standardShardCountInCluster = 64

  /// The deduplication time of a namespace that is made without one being asked for.
  public static let standardDeduplicationTime = Duration.seconds(24 * 3600)

  /// How long a namespace may remember ids.
  public static let deduplicationTimes = Duration.seconds(1)...Duration.seconds(366 * 24 * 3600)

  /// How many shards a namespace may have.
  public static let shardCounts = 1...1024

  /// The topic of event types that name none.
  public static let standardTopic = "events"

  /// Where the records stand of what is scheduled and cancelled.
  public static let scheduleTopic = "schedule"

  /// Stands for all topics that there are and will be.
  public static let allTopics = "*"

  /// A namespace; `Namespace.open` reads the shard count and the deduplication time that all parties agreed on.
  public init(_ name: String, shardCount: Int, deduplicationTime: Duration = standardDeduplicationTime) {
    self.name = name
    self.shardCount = shardCount
    self.deduplicationTime = deduplicationTime
  }

  /// 0 ..< shardCount
  public var shards: Range<Int> { 0..<shardCount }

  /// The shard of everything with this shard key: FNV-1a (64 bits) of its UTF-8, modulo the shard count.
  public func shard(of shardKey: String) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in shardKey.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return Int(hash % UInt64(shardCount))
  }

  /// What every key of a shard begins with.
  package func prefix(_ shard: Int) -> String { "\(name):{\(shard)}" }

  /// The stream that holds a shard's events of one topic: `rides:{3}:log:payments`.
  public func log(_ shard: Int, _ topic: String = standardTopic) -> String { "\(prefix(shard)):log:\(topic)" }

  /// The key of a service's own state: `rides:{3}:payment:balances`.
  public func state(_ shard: Int, _ service: String, _ name: String) -> String {
    "\(prefix(shard)):\(service):\(name)"
  }

  /// What the names of all of a shard's streams begin with.
  package func logs(_ shard: Int) -> String { "\(prefix(shard)):log" }
  package func clock(_ shard: Int) -> String { "\(prefix(shard)):clock" }

  /// The hash that has a field for each topic of a shard.
  public func topics(_ shard: Int) -> String { "\(prefix(shard)):topics" }
  package func seen(_ shard: Int) -> String { "\(prefix(shard)):seen" }
  /// What workers have noticed of a server that went back, by service.
  package func rewound(_ shard: Int) -> String { "\(prefix(shard)):rewound" }
  /// What a publisher writes whose events must be confirmed.
  package func confirmed(_ shard: Int) -> String { "\(prefix(shard)):confirmed" }
  /// Where a shard's events are moving to; nothing while they are not.
  package func sealed(_ shard: Int) -> String { "\(prefix(shard)):sealed" }
  package func scheduled(_ shard: Int) -> String { "\(prefix(shard)):scheduled" }
  package func scheduledEvents(_ shard: Int) -> String { "\(prefix(shard)):scheduled:events" }
  package func scheduledNext(_ shard: Int) -> String { "\(prefix(shard)):scheduled:next" }
  package func lease(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):lease:\(service)" }
  package func retry(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):retry:\(service)" }
  package func dead(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):dead:\(service)" }
  package func blocked(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):blocked:\(service)" }
  package func redrive(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):redrive:\(service)" }
  package func discarded(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):discarded:\(service)" }
  package func redriven(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):redriven:\(service)" }
  package func unread(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):unread:\(service)" }
  package func stored(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):stored:\(service)" }
  package func outbox(_ shard: Int, _ service: String) -> String { "\(prefix(shard)):outbox:\(service)" }
  package func sent(_ shard: Int, _ service: String) -> String { "\(outbox(shard, service)):sent" }
  package func inbox(_ shard: Int) -> String { "\(prefix(shard)):inbox" }
  package func restored(_ shard: Int) -> String { "\(prefix(shard)):restore:" }
  package func roster(_ service: String) -> String { "\(name):workers:\(service)" }
  package func wake(_ service: String, _ worker: String) -> String { "\(name):wake:\(service):\(worker)" }
  /// When the permits of a service's rate become free; those of a key's own in a shard.
  package func rate(_ service: String) -> String { "\(name):rate:\(service)" }
  package func rate(_ shard: Int, _ service: String, _ key: String) -> String {
    "\(prefix(shard)):rate:\(service):\(key)"
  }
  package func slots(_ service: String) -> String { "\(name):slots:\(service)" }
  package var configuration: String { "\(name):config" }
  package var paused: String { "\(name):paused" }

  /// Whether a key is this namespace's, and not that of a namespace whose name goes on after a colon.
  package func owns(_ key: String) -> Bool {
    key == configuration || key == paused
      || ["{", "workers:", "wake:", "rate:", "slots:"].contains { key.hasPrefix("\(name):\($0)") }
  }
}
