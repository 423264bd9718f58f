package import HiredisClient

/// That a server went back to an earlier moment under a service's worker: what was recorded in a shard between the two places is lost,
/// unless it was published again.
public struct Rewind: Sendable, Hashable, CustomStringConvertible {
  /// The shard.
  public let shard: Int
  /// The service whose worker noticed.
  public let service: String
  /// When, by the worker's clock.
  public let noticed: Timestamp
  /// The last place that the log had given out then.
  public let logEnd: EntryID
  /// The last place that the worker had read.
  public let hadRead: EntryID

  /// What it says to people.
  public var description: String {
    "the server went back to an earlier moment: at \(noticed) the log of shard \(shard) ended at \(logEnd), where \(service) had read up to \(hadRead)"
  }

  /// How long it is remembered: `status` is looked at in a week.
  private static let memory = Duration.seconds(7 * 24 * 3600)

  /// The commands that note it.
  package static func note(
    _ namespace: Namespace, _ shard: Int, _ service: String, logEnd: EntryID, hadRead: EntryID,
    in commands: inout Commands
  ) {
    let key = namespace.rewound(shard)
    commands.append("HSET", key, service, "\(Timestamp.now()) \(logEnd) \(hadRead)")
    commands.append("PEXPIRE", key, String(memory.wholeMilliseconds))
  }

  package init?(shard: Int, service: String, noted text: String) {
    let words = text.split(separator: " ")
    guard words.count == 3, let time = try? Timestamp(iso8601: String(words[0])), let end = EntryID(String(words[1])),
      let read = EntryID(String(words[2]))
    else { return nil }
    self.shard = shard
    self.service = service
    noticed = time
    logEnd = end
    hadRead = read
  }
}
