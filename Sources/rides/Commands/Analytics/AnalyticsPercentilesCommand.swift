import ArgumentParser
import RideHailing

struct AnalyticsPercentilesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "percentiles", abstract: "How distances, durations and fares are spread: p50, p90, p95, p99.",
    discussion: """
      By nearest rank: p90 is the smallest value that at least 90 % of the rides do not exceed. Distances and durations are of \
      the rides that tell them.

        rides analytics percentiles --city Chicago
      """)

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let percentiles = try await report.reports().percentiles(report.filter())
    report.write(
      percentiles, .percentiles(percentiles.rows),
      title: "Distance, duration and fare of rides", note: "█ to p50  ▓ to p90  ▒ to p95  ░ to p99")
  }
}

extension Table {
  static func percentiles(_ percentiles: [RidePercentiles]) -> Table {
    var table = Table(
      "MEASURE", "UNIT", "RIDES", "P50", "P90", "P95", "P99", "MAX", drawing: .shades([3, 4, 5, 6]))
    for row in percentiles {
      func cell(_ value: Int) -> Cell {
        switch row.measure {
        case .distance: .meters(value)
        case .duration: .seconds(value)
        case .fare(let currency): .money(Money(value, currency))
        }
      }
      table.add(
        .text(row.measure.name), .text(row.measure.unit), .count(row.count), cell(row.p50), cell(row.p90),
        cell(row.p95), cell(row.p99), cell(row.largest))
    }
    return table
  }
}
