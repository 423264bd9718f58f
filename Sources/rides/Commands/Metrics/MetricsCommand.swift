import ArgumentParser

struct MetricsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Print alerts for Prometheus, or a dashboard for Grafana.",
    subcommands: [RulesCommand.self, DashboardCommand.self])

  struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rules", abstract: "Print alert rules for Prometheus.",
      discussion: """
        They go by what `rides serve` and `rides up` say at /metrics, and are checked with promtool.

          rides metrics rules > /etc/prometheus/rides.yml
        """)

    func run() async throws {
      Terminal.print(drawn: String(decoding: PackageResources.rules_yml, as: UTF8.self).droppingLastLineEnd)
    }
  }

  struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "dashboard", abstract: "Print a dashboard for Grafana.",
      discussion: """
        Its queries are checked with promtool; it was never loaded into a Grafana.

          rides metrics dashboard > rides.json
        """)

    func run() async throws {
      Terminal.print(drawn: String(decoding: PackageResources.dashboard_json, as: UTF8.self).droppingLastLineEnd)
    }
  }
}

extension String {
  /// Printing adds one.
  fileprivate var droppingLastLineEnd: String { String(last == "\n" ? dropLast() : self[...]) }
}
