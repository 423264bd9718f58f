import ArgumentParser
import EventStreams
import RideHailing

struct AnalyticsOverviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overview", abstract: "All reports in brief.",
    discussion: "What `rides analytics` alone prints.\n\n  rides analytics --from 2026-04-01 --limit 5")

  @Option(help: "At most so many cities and drivers of each currency. (default: 3, and 1 driver of several currencies)")
  var limit: Int?

  func validate() throws { try Limit.check(limit) }

  @OptionGroup var report: ReportOptions

  func run() async throws {
    guard report.source.format != .csv else {
      throw Failure.usage("csv is for one report, such as: rides analytics days --format csv")
    }
    let overview = try await report.reports().overview(report.filter(), limit: limit ?? 3)
    ReportOptions.warn(unreadable: overview.unreadable)
    if report.source.format == .json { return Terminal.print(json: JSONWriter.bytes(of: overview)) }
    guard !overview.totals.isEmpty else {
      return Terminal.print("\(report.nothing) (\(overview.contents.count) events in \(report.source.archive))")
    }
    let drivers = limit ?? (overview.totals.count > 1 ? 1 : 3)
    Terminal.print(drawn: OverviewText(overview, report, drivers: drivers, screen: Screen.current).text)
  }
}
