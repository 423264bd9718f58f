import ArgumentParser
import RideHailing

struct AnalyticsRatesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rates",
    abstract:
      "How many requests became rides, were called off or found no car, and how many payments failed, per city.",
    discussion: """
      Completion: of the rides asked for (RIDE_REQUESTED) in the period, those completed up to now. Called off: by riders and \
      drivers in the period (RIDE_CANCELLED); unfulfilled: by the dispatch, as there was no car. Payment failure: of the \
      payments captured and failed in the period, those that failed. A request has no currency: --currency is for the payments.

        rides analytics rates --from 2026-04-01
      """)

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let rates = try await report.reports().rates(report.filter())
    var table = Table(
      "CITY", "REQUESTED", "COMPLETED", "COMPLETION", "CALLED OFF", "UNFULFILLED", "PAYMENTS", "FAILED", "FAILURE",
      drawing: .share(3))
    let all = rates.rows.count > 1 && Screen.current != nil && report.source.format == .table
    for row in rates.rows + (all ? [.sum(of: rates.rows)] : []) {
      table.add(
        .label(row.city, onScreen: row.city.isEmpty ? "all" : row.city), .count(row.requested), .count(row.completed),
        .share(row.completionRate), .count(row.cancelled), .count(row.unfulfilled), .count(row.captured + row.failed),
        .count(row.failed),
        .share(row.paymentFailureRate))
    }
    report.write(
      rates, table, title: "Completed requests and failed payments",
      note: "Completed: of the rides asked for then, up to now")
  }
}
