public import EventStreams

/// What a restore has brought back.
public struct RestoreReport: Sendable, JSONWritable {
  /// One shard.
  public struct Shard: Sendable, JSONWritable {
    /// Its number.
    public let shard: Int
    /// Events in the log now.
    public let events: Int
    /// Events of them that the archive holds.
    public let archived: Int
    /// The last event that the archive holds; nil if none.
    public let archivedThrough: EntryID?
    /// Events published while it was restored.
    public let publishedMeanwhile: Int
    /// Service -> events that it will handle now, because nothing tells that it has.
    public let pending: [Identifier: Int]
    /// Services that this program does not know, and whose state was lost with the log: they handle everything again.
    public let handledAgain: [String]

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", shard)
        $0.field("events", events)
        $0.field("archived", archived)
        $0.field("archivedThrough", archivedThrough?.description)
        $0.field("publishedMeanwhile", publishedMeanwhile)
        $0.field("handledAgain", handledAgain)
        $0.field("pending", pending.sorted { $0.key < $1.key }.map { Pending(service: $0.key.text, events: $0.value) })
      }
    }

    private struct Pending: JSONWritable {
      let service: String
      let events: Int

      func write(to json: inout JSONWriter) {
        json.object {
          $0.field("service", service)
          $0.field("events", events)
        }
      }
    }
  }

  /// By shard.
  public internal(set) var shards: [Shard] = []

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object { $0.field("shards", shards) }
  }
}
