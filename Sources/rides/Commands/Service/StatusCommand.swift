import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show each service's lag, pending, retrying and dead events, and who works on it.",
    discussion: """
      state: ok, lagging, stalled, paused, stopped, abandoned or backfilling, and below the table why; lag: not yet delivered; behind: how long the \
      oldest event that is not settled has stood in the log; pending: delivered, not acknowledged; retrying: of these, waiting for another attempt; dead: in \
      the dead letters, with what is parked behind them; outbox: commits with events for other shards, not forwarded yet. The services that the namespace was made for are shown though they \
      never ran. Below it says what may be lost, or was: events removed before they were delivered, and settings of the server that \
      lose events.

        rides status --watch
        rides status --format json
      """)

  @Flag(help: "Show it again every second until Ctrl-C.")
  var watch = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let inspector = Inspector(namespace: namespace, connection: connection)
    while true {
      let status = try await inspector.overview()
      let services = ServiceStatus.all(status)
      let warnings = try await inspector.warnings(about: status)
      if watch, output.format == .table { Terminal.clear() }
      switch output.format {
      case .json: Terminal.print(json: JSONWriter.bytes(of: services.map { $0.with(warnings) }))
      case .table: show(services, warnings, in: namespace)
      }
      guard watch else { return }
      try await Task.sleep(for: .seconds(1))
    }
  }

  private func show(_ services: [ServiceStatus], _ warnings: [String], in namespace: Namespace) {
    var table = Table("SERVICE", "STATE", "LAG", "BEHIND", "PENDING", "RETRYING", "DEAD", "OUTBOX", "OWNERS")
    for status in services {
      table.add(
        status.service, status.condition.state.rawValue, "\(status.lag)", Self.behind(status), "\(status.pending)",
        "\(status.retrying)", "\(status.dead)",
        "\(status.unsent)",
        status.ownersText)
    }
    if services.isEmpty {
      Terminal.print("no service has ever run on namespace '\(namespace.name)'")
    } else {
      Terminal.print(table)
    }
    for status in services {
      if let reason = status.condition.reason {
        Terminal.print("\(status.service) is \(status.condition.state): \(reason)")
      }
    }
    for warning in warnings + services.flatMap(\.warnings) { Terminal.print("warning: \(warning)") }
  }

  /// How long the oldest event has waited; nothing if none does.
  private static func behind(_ status: ServiceStatus) -> String { status.lagTime > .zero ? status.lagTime.short : "" }
}
