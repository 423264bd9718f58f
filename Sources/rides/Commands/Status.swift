import ArgumentParser
import EventStreams
import RideHailing

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show each service's lag, pending, retrying and dead events, and who works on it.",
    discussion: """
      lag: not yet delivered; pending: delivered, not acknowledged; retrying: of these, waiting for another attempt; dead: in \
      the dead letters, with what is parked behind them. A service that nobody runs is shown as well.

        rides status --watch
        rides status --format json
      """)

  @Flag(help: "Show it again every second until Ctrl-C.")
  var watch = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  func run() async throws {
    let (topic, connection) = try await redis.find()
    let inspector = Inspector(topic: topic, connection: connection)
    while true {
      let services = try await ServiceStatus.all(inspector, expecting: RideServices.names)
      if watch, output.format == .table { Terminal.clear() }
      var table = Table("SERVICE", "LAG", "PENDING", "RETRYING", "DEAD", "OWNERS")
      for status in services {
        table.add(
          status.service, "\(status.lag)", "\(status.pending)", "\(status.retrying)", "\(status.dead)",
          status.ownersText)
      }
      output.write(services, table, empty: "no service has ever run on topic '\(topic.name)'")
      guard watch else { return }
      try await Task.sleep(for: .seconds(1))
    }
  }
}
