import ArgumentParser
import EventStreams
import EventStreamsOperations

struct PendingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pending", abstract: "Show the pending entries list: what was delivered and not acknowledged.",
    discussion: """
      Then what was published to other shards and has not been forwarded to them: the consumer is the shard that it is for.

        rides pending
        rides pending payment --min-idle 30s
      """)

  @Argument(help: "A service; all if not given.")
  var service: String?

  @Option(help: "Only entries that were delivered at least so long ago.")
  var minIdle = DurationArgument(.zero)

  @Option(help: "At most so many entries, the oldest.")
  var limit = 100

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    try Limit.check(limit, atLeast: 1)
  }

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let inspector = Inspector(namespace: namespace, connection: connection)
    try await KnownServices.check(service, inspector)
    let entries = try await inspector.pending(service: service, minIdle: minIdle.duration, limit: limit)
    var table = Table(
      "SERVICE", "SHARD", "TOPIC", "ENTRY", "EVENT", "KEY", "CONSUMER", "IDLE", "DELIVERIES", "NEXT ATTEMPT",
      "LAST ERROR")
    for entry in entries {
      table.add(
        entry.service, "\(entry.shard)", entry.topic, "\(entry.entryID)", entry.header?.id ?? "?",
        entry.header?.key ?? "?", entry.consumer, entry.idle.short, "\(entry.deliveries)",
        Self.wait(entry.failures?.retryAt),
        entry.failures?.lastError ?? "")
    }
    let unsent = try await inspector.unsent(service: service, limit: limit).filter { $0.age >= minIdle.duration }
    for event in unsent {
      table.add(
        event.service, "\(event.shard)", event.topic, "\(event.entry)", event.id, event.header?.key ?? "?",
        "shard \(event.target)", event.age.short, "", "", "in the outbox")
    }
    let rows = entries.map { Row.entry($0) } + unsent.map { Row.unsent($0) }
    output.write(rows, table, empty: "nothing is pending")
  }

  private enum Row: JSONWritable {
    case entry(PendingEntry)
    case unsent(UnsentEvent)

    func write(to json: inout JSONWriter) {
      switch self {
      case .entry(let entry): entry.write(to: &json)
      case .unsent(let event): event.write(to: &json)
      }
    }
  }

  /// How long until a moment; nothing if there is none.
  private static func wait(_ due: Timestamp?) -> String {
    guard let due else { return "" }
    let wait = due - Timestamp.now()
    return wait > .zero ? "in \(wait.short)" : "due"
  }
}
