import ArgumentParser
import EventStreams

struct PendingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pending",
    abstract: "List the entries that were delivered and not acknowledged.",
    discussion: """
      Oldest first. An entry is pending while it is handled, while it waits for another attempt, and while the worker that had \
      it is gone and no other has taken over.

        rides pending payment --min-idle 30s
        rides pending --limit 1000 --format json
      """)

  @Argument(help: "Only this service's.")
  var service: String?

  @Option(help: ArgumentHelp("Only those delivered at least so long ago, e.g. 500ms, 30s, 5m, 1h.", valueName: "time"))
  var minIdle = Interval(.zero)

  @Option(help: "How many to list at the most.")
  var limit = 100

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
  }

  func run() async throws {
    let connection = try await common.connect("pending")
    let inspector = Inspector(topic: try await common.findTopic(on: connection), connection: connection)
    try await KnownServices.check(service, inspector)
    let entries = try await inspector.pending(service: service, minIdle: minIdle.duration, limit: limit)
    if output.isJSON { return JSONOutput.show(entries.map(PendingRow.init)) }
    guard !entries.isEmpty else { return print("nothing is pending") }
    var table = Table(
      "SERVICE", ">SHARD", "STREAM ID", "EVENT ID", "TYPE", "KEY", "CONSUMER", ">IDLE", ">DELIVERIES", "NEXT ATTEMPT")
    for entry in entries { table.add(PendingRow(entry: entry).cells) }
    table.show()
    if entries.count == limit { Terminal.note("there may be more: --limit shows them") }
  }
}

private struct PendingRow: JSONWritable {
  let entry: PendingEntry

  init(entry: PendingEntry) { self.entry = entry }

  /// Why the last attempt failed, and when the next is due.
  private var next: String {
    guard let failures = entry.failures else { return "" }
    guard let due = failures.retryAt else { return failures.lastError }
    let wait = due - Timestamp.now()
    return (wait > .zero ? "in \(wait.brief)" : "now") + ": \(failures.lastError)"
  }

  var cells: [String] {
    [
      entry.service, String(entry.shard), entry.streamID.description, entry.header?.id ?? "(not readable)",
      entry.header?.type.rawValue ?? "", entry.header?.key ?? "", entry.consumer, entry.idle.brief, String(entry.deliveries),
      next,
    ]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", entry.service)
      $0.field("shard", entry.shard)
      $0.field("streamId", entry.streamID.description)
      $0.field("eventId", entry.header?.id)
      $0.field("type", entry.header?.type.rawValue)
      $0.field("key", entry.header?.key)
      $0.field("consumer", entry.consumer)
      $0.field("idleMs", entry.idle.milliseconds)
      $0.field("deliveries", entry.deliveries)
      $0.field("failures", entry.failures)
    }
  }
}
