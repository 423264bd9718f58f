import ArgumentParser
import EventStreams

struct Pending: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the pending entries list: what was delivered and not acknowledged.",
    discussion: """
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
        entry.service, "\(entry.shard)", entry.topic, "\(entry.streamID)", entry.header?.id ?? "?",
        entry.header?.key ?? "?", entry.consumer, entry.idle.short, "\(entry.deliveries)",
        Self.wait(entry.failures?.retryAt),
        entry.failures?.lastError ?? "")
    }
    output.write(entries, table, empty: "nothing is pending")
  }

  /// How long until a moment; nothing if there is none.
  private static func wait(_ due: Timestamp?) -> String {
    guard let due else { return "" }
    let wait = due - Timestamp.now()
    return wait > .zero ? "in \(wait.short)" : "due"
  }
}
