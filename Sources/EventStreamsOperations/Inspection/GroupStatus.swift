public import EventStreams

/// How a service stands in one shard.
public struct GroupStatus: Sendable, Hashable, JSONWritable {
  /// The service.
  public let service: String
  /// The shard.
  public let shard: Int
  /// The topics that it is delivered, each with the last entry that was.
  public let delivered: [Identifier: EntryID]
  /// Entries that the log holds and that have not been delivered. Where the server doesn't know, never 0 if there are any, and never
  /// more than the log holds.
  public let lag: Int
  /// Entries that were removed from the log before they were delivered, by hand or because memory was full: `restore` brings back
  /// those that the archive has.
  public let lost: Int
  /// Entries that have been delivered and not acknowledged.
  public let pending: Int
  /// Of these, entries that wait for another attempt.
  public let retrying: Int
  /// Entries in the dead letters, those parked behind others included.
  public let dead: Int
  /// Of these, those that are parked behind others.
  public let parked: Int
  /// Keys whose dead letters are about to be handled again.
  public let redriving: Int
  /// Entries in its outbox: what commits have for other shards, and has not been forwarded to them.
  public let unsent: Int
  /// The worker that owns the shard; nil if nobody does.
  public let owner: String?
  /// How often the shard has been taken, which is the fencing token of whoever took it last; nil if nobody ever did.
  public let epoch: Int?
  /// How long the owner's lease goes on unless it is renewed; nil if nobody owns the shard.
  public let leaseRemaining: Duration?
  /// Why the owner reads nothing: most attempts fail with this error. Nil if it reads.
  public let pausedBecause: String?
  /// How long ago a worker last said that it has the shard; nil if none ever had it.
  public let idle: Duration?
  /// The place in the log up to which it has handled everything, but for what is pending; nil if none is known.
  public let position: EntryID?
  /// The last event of the history that it has handled, while a service that began with its history has not come to the log
  /// yet; nil for every other.
  public let historyPosition: EntryID?
  /// What it has not settled for longest; nil if it has settled everything.
  public let oldest: OldestEntry?
  /// How long the oldest entry that it has not settled has stood in the log, by the server's clock; zero if it has settled everything.
  /// Exact: an entry's id is the time at which it was added.
  public let lagTime: Duration
  /// What of this could not be read, and why, or what is wrong with what the service stores; nil if nothing is.
  public let problem: String?

  /// The last entry that was delivered, of whichever topic.
  public var lastDelivered: EntryID { delivered.values.max() ?? .zero }

  /// False if no worker ever had the shard.
  public var hasRun: Bool { idle != nil }

  /// True if the service has handled everything in the shard, or has given up on it, and what it has published is in its shards.
  public var isQuiet: Bool { lag == 0 && pending == 0 && redriving == 0 && unsent == 0 && historyPosition == nil }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("shard", shard)
      $0.field("topics", delivered.keys.sorted().map(\.text))
      $0.field("lag", lag)
      $0.field("lagMs", lagTime.wholeMilliseconds)
      $0.field("lost", lost)
      $0.field("pending", pending)
      $0.field("retrying", retrying)
      $0.field("dead", dead)
      $0.field("parked", parked)
      $0.field("redriving", redriving)
      $0.field("unsent", unsent)
      $0.field("owner", owner)
      $0.field("epoch", epoch)
      $0.field("leaseMs", leaseRemaining?.wholeMilliseconds)
      $0.field("pausedBecause", pausedBecause)
      $0.field("idleMs", idle?.wholeMilliseconds)
      $0.field("lastDelivered", lastDelivered.description)
      $0.field("historyPosition", historyPosition?.description)
      $0.field("oldest", oldest)
      $0.field("problem", problem)
    }
  }
}
