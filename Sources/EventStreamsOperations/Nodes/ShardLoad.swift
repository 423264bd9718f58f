public import EventStreams

/// What one shard is to the server that has it.
public struct ShardLoad: Sendable, Hashable, JSONWritable {
  /// The shard.
  public let shard: Int
  /// The slot of all its keys.
  public let slot: Int
  /// Entries that its log holds.
  public let entries: Int
  /// Entries that were ever added to it: its part of the work.
  public let added: Int
  /// Entries that were not delivered, of all services together.
  public let lag: Int
  /// How long the oldest entry that some service has not settled has stood in the log.
  public let lagTime: Duration

  /// A shard's load.
  public init(shard: Int, slot: Int, entries: Int = 0, added: Int = 0, lag: Int = 0, lagTime: Duration = .zero) {
    self.shard = shard
    self.slot = slot
    self.entries = entries
    self.added = added
    self.lag = lag
    self.lagTime = lagTime
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shard", shard)
      $0.field("slot", slot)
      $0.field("entries", entries)
      $0.field("added", added)
      $0.field("lag", lag)
      $0.field("lagMs", lagTime.wholeMilliseconds)
    }
  }
}
