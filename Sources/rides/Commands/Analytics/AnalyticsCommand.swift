import ArgumentParser

struct AnalyticsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analytics", abstract: "Report rides, money, drivers, percentiles and rates from the archive.",
    discussion: """
      Reads the file that the analytics service stores into; needs no Redis, changes nothing, and may run while the service \
      writes. Days and hours are in UTC. Amounts of several currencies are never added: each has rows of its own. On a terminal \
      tables have charts; in a pipe they are plain. Money is a decimal in tables and CSV, and whole minor units in JSON and SQL.

        rides analytics
        rides analytics days --city Paris --from 2026-04-01 --to 2026-05-01
        rides analytics drivers --currency EUR --limit 20 --format csv
        rides analytics sql "SELECT city, avg(meters) FROM rides GROUP BY city"
      """,
    subcommands: [
      AnalyticsOverviewCommand.self, AnalyticsDaysCommand.self, AnalyticsHoursCommand.self, AnalyticsCitiesCommand.self,
      AnalyticsDriversCommand.self,
      AnalyticsPercentilesCommand.self, AnalyticsRatesCommand.self, AnalyticsSQLCommand.self,
      AnalyticsViewsCommand.self,
    ],
    defaultSubcommand: AnalyticsOverviewCommand.self)
}
