import ArgumentParser
import EventStreams
import RideHailing

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show each service's lag, pending, retrying and dead events, and who works on it.",
    discussion: """
      lag: not yet delivered; pending: delivered, not acknowledged; retrying: of these, waiting for another attempt; dead: in \
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
      var warnings = try await ServerHealth.look(on: connection).warnings
      warnings += status.shards.compactMap { shard in shard.problem.map { "the log of shard \(shard.shard): \($0)" } }
      let overdue = try await inspector.overdueCount(by: .seconds(5))
      if overdue > 0 {
        warnings.append("\(overdue) scheduled events have been due for more than 5s: no worker moves them into the log")
      }
      warnings += try await unsentWarnings(status, inspector)
      if watch, output.format == .table { Terminal.clear() }
      switch output.format {
      case .json: Terminal.print(json: JSONWriter.bytes(of: services.map { $0.with(warnings) }))
      case .table: show(services, warnings, in: namespace)
      }
      guard watch else { return }
      try await Task.sleep(for: .seconds(1))
    }
  }

  /// What has waited too long to get to another shard.
  private func unsentWarnings(_ status: NamespaceStatus, _ inspector: Inspector) async throws -> [String] {
    guard status.groups.contains(where: { $0.unsent > 0 }) else { return [] }
    let late = try await inspector.unsent(limit: 1).filter { $0.age > .seconds(5) }
    return late.map {
      "events of \($0.service) have waited in the outbox of shard \($0.shard) for \($0.age.short), the first for shard \($0.target): see rides pending \($0.service)"
    }
  }

  private func show(_ services: [ServiceStatus], _ warnings: [String], in namespace: Namespace) {
    var table = Table("SERVICE", "LAG", "PENDING", "RETRYING", "DEAD", "OUTBOX", "OWNERS")
    for status in services {
      table.add(
        status.service, "\(status.lag)", "\(status.pending)", "\(status.retrying)", "\(status.dead)",
        "\(status.unsent)",
        status.ownersText)
    }
    if services.isEmpty {
      Terminal.print("no service has ever run on namespace '\(namespace.name)'")
    } else {
      Terminal.print(table)
    }
    for warning in warnings + services.flatMap(\.warnings) { Terminal.print("warning: \(warning)") }
  }
}
