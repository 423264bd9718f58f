public import EventStreams
public import EventStreamsOperations

/// What a rebuild found, and did.
public struct RebuildReport: Sendable, JSONWritable {
  /// One shard.
  public struct Shard: Sendable, JSONWritable {
    /// Its number.
    public let shard: Int
    /// Events that went into the state.
    public let events: Int
    /// Events that the service has handled, and whose outcome is not in history.
    public let unknown: Int
    /// Events that the service has handled, and that are not in history.
    public let missing: Int
    /// How the states compare.
    public let comparison: ShardRebuild.Comparison
    /// How long the service was held up.
    public let held: Duration
    /// Whether the rebuilt state has taken the place of the live one.
    public let isApplied: Bool

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", shard)
        $0.field("events", events)
        $0.field("unknownOutcomes", unknown)
        $0.field("missingFromHistory", missing)
        $0.field("differenceCount", comparison.count)
        $0.field("differences", comparison.differences)
        $0.field("liveDigest", String(comparison.liveDigest, radix: 16))
        $0.field("rebuiltDigest", String(comparison.rebuiltDigest, radix: 16))
        $0.field("heldMs", Int(held / .milliseconds(1)))
        $0.field("applied", isApplied)
      }
    }
  }

  /// The service.
  public let service: String
  /// By shard.
  public internal(set) var shards: [Shard] = []

  /// True if the rebuilt state is the live one, in every shard.
  public var isIdentical: Bool { shards.allSatisfy { $0.comparison.count == 0 } }
  /// True if history holds all that the service has handled.
  public var isComplete: Bool { shards.allSatisfy { $0.unknown == 0 && $0.missing == 0 } }

  /// True if the rebuilt state has taken the place of the live one, in every shard.
  public var isApplied: Bool { shards.allSatisfy(\.isApplied) }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("identical", isIdentical)
      $0.field("complete", isComplete)
      $0.field("shards", shards)
    }
  }
}
