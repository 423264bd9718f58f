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

  @Option(help: "At most so many entries per service.")
  var limit = 100

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  func run() async throws {
    let (topic, connection) = try await redis.find()
    let inspector = Inspector(topic: topic, connection: connection)
    let known = Set(try await inspector.status().map(\.service)).sorted()
    if let service, !known.contains(service) {
      throw Failure.usage("no service '\(service)' has ever run; there are \(known.joined(separator: ", "))")
    }
    var entries: [PendingEntry] = []
    for name in service.map({ [$0] }) ?? known {
      entries += try await inspector.pending(service: name, minIdle: minIdle.duration, limit: limit)
    }
    var table = Table("SERVICE", "SHARD", "ENTRY", "EVENT", "KEY", "CONSUMER", "IDLE", "DELIVERIES", "LAST ERROR")
    for entry in entries {
      table.add(
        entry.service, "\(entry.shard)", "\(entry.streamID)", entry.header?.id ?? "?", entry.header?.key ?? "?",
        entry.consumer,
        entry.idle.short, "\(entry.deliveries)", entry.failures?.lastError ?? "")
    }
    output.write(entries, table, empty: "nothing is pending")
  }
}
