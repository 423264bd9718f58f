import HiredisClient

/// What is kept in Redis of how far a service has come with the history of a shard.
struct HistoryPlace: Sendable {
  /// Up to here all is settled,
  var position = EntryID.zero
  /// but for these.
  var behind: [EntryID] = []
  private var failures: [EntryID: Failures] = [:]
  /// True if the process of an earlier owner has died while it handled something of it.
  var isSuspicious = false
  /// With which event alone processes have died, and how many.
  private var deaths: (id: EntryID, count: Int)?

  /// The commands that ask for it.
  static func ask(_ namespace: Namespace, _ shard: Int, _ service: String) -> Commands {
    var commands = Commands()
    let lease = namespace.lease(shard, service)
    commands.append("HMGET", lease, "position", "suspects", "tries")
    commands.append("SMEMBERS", "\(lease):behind")
    commands.append("HGETALL", namespace.retry(shard, service))
    return commands
  }

  init() {}

  init(_ replies: borrowing Replies) throws {
    for index in 0..<replies.count { try replies[index].check() }
    position = EntryID(try replies[0][0].optionalString() ?? "") ?? .zero
    isSuspicious = try replies[0][1].optionalString()?.isEmpty == false
    let tries = try replies[0][2].optionalString()?.split(separator: " ") ?? []
    if tries.count == 2, let id = EntryID(String(tries[0])), let count = Int(tries[1]) { deaths = (id, count) }
    behind = try replies[1].strings().compactMap { EntryID($0) }
    var parser = JSONParser()
    for index in stride(from: 0, to: replies[2].count - 1, by: 2) {
      guard let id = EntryID(utf8: replies[2][index].bytes) else { continue }
      failures[id] = try Failures(from: parser.parse(replies[2][index + 1].bytes))
    }
  }

  /// True if one of some events has failed before.
  func hasFailed(_ events: [RecordedEvent]) -> Bool {
    !failures.isEmpty && events.contains { failures[$0.entryID] != nil }
  }

  /// An event as what is known of it says.
  func delivery(
    _ event: RecordedEvent, of shard: OwnedShard, _ policy: RetryPolicy, _ decoder: inout EntryDecoder
  ) -> Delivery {
    let failures = failures[event.entryID]
    let crashes = deaths.map { $0.id == event.entryID ? $0.count : 0 } ?? 0
    return decoder.decode(
      event, shard: shard, deliveries: max(1, failures?.attempts ?? 1) + crashes, failures: failures
    ).condemned(after: policy.maxCrashes)
  }
}
