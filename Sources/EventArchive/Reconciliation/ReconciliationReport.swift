public import EventStreams

/// What became of what the logs had lost.
public struct ReconciliationReport: Sendable, JSONWritable {
  /// Of one shard.
  public struct Shard: Sendable, JSONWritable {
    /// The shard.
    public let shard: Int
    /// Events that were lost, and are published again.
    public var published = 0
    /// Events that had been published again by others.
    public var present = 0
    /// Of these, the ids of those that say something else now than the archive does.
    public var different: [String] = []
    /// Rows that are no events, or that say that an event waits for its time.
    public var leftOut = 0

    /// Nothing yet.
    public init(shard: Int) {
      self.shard = shard
    }

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", shard)
        $0.field("published", published)
        $0.field("present", present)
        $0.field("different", different)
        $0.field("leftOut", leftOut)
      }
    }
  }

  /// By shard.
  public let shards: [Shard]

  /// A report.
  public init(shards: [Shard]) {
    self.shards = shards
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object { $0.field("shards", shards) }
  }
}
