import EventStreams
import RideHailing

/// The overview as text: tables, and on a terminal charts.
struct OverviewText {
  private let overview: ArchiveOverview
  private let report: ReportOptions
  /// At most so many of each currency.
  private let driverLimit: Int
  private let screen: Screen?

  init(_ overview: ArchiveOverview, _ report: ReportOptions, drivers: Int, screen: Screen?) {
    self.overview = overview
    self.report = report
    driverLimit = drivers
    self.screen = screen
  }

  var text: String {
    [heading, totals, charts, cities, drivers, percentiles, rates].compactMap { $0 }.joined(separator: "\n\n")
  }

  private var heading: String {
    let contents = overview.contents
    var lines = [bold("\(count(contents.count)) events in \(report.source.archive)")]
    if let first = contents.first, let last = contents.last { lines.append("\(minute(first)) to \(minute(last))") }
    if !report.period.isEmpty { lines.append("Rides\(report.period.printable)") }
    lines.append(dim("Times in UTC. \(report.figures)"))
    return lines.joined(separator: "\n")
  }

  /// `2026-04-03 10:30`
  private func minute(_ time: Timestamp) -> String { String(time.description.prefix(16)).replacing("T", with: " ") }

  private var totals: String {
    var table = Table("CURRENCY", "RIDES", "REVENUE", "COMMISSION", "TIPS", drawing: .bar(1))
    for row in overview.totals {
      table.add(
        .text(row.currency.code), .count(row.rides), .money(row.revenue), .money(row.commission), .money(row.tips))
    }
    return text(table)
  }

  private var cities: String { titled("Cities", text(.cities(overview.cities))) }

  private var drivers: String {
    var table = Table("DRIVER", "CURRENCY", "RIDES", "EARNED", "TIPS", drawing: .bar(2))
    var shown: [Currency: Int] = [:]
    for row in overview.drivers where shown[row.currency, default: 0] < driverLimit {
      shown[row.currency, default: 0] += 1
      table.add(.text(row.name), .text(row.currency.code), .count(row.rides), .money(row.earned), .money(row.tips))
    }
    return titled("Drivers who earned most", text(table))
  }

  private var percentiles: String {
    titled("Distance, duration and fare", text(.percentiles(overview.percentiles)))
  }

  private var rates: String {
    let rates = overview.rates
    func percent(_ share: Double?) -> String { Cell.share(share).onScreen }
    return
      "\(percent(rates.completionRate)) of \(count(rates.requested)) requests were completed; \(percent(rates.paymentFailureRate)) of \(count(rates.captured + rates.failed)) payments failed"
  }

  /// Rides per day and per hour, whatever their currency: rides can be added.
  private var charts: String? {
    guard let screen else { return nil }
    let room = screen.width - 60
    let days = sums(overview.days).sorted { $0.key < $1.key }.suffix(max(7, min(room, 62)))
    let hours = sums(overview.hours)
    guard let first = days.first, let last = days.last, let most = days.max(by: { $0.value < $1.value }) else {
      return nil
    }
    let perDay = Chart.columns(days.map(\.value))
    let perHour = Chart.columns((0..<24).map { hours["\($0)", default: 0] })
    let busiest = hours.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return """
      \(screen.bold("Rides per day"))   \(first.key) \(screen.colored(perDay)) \(last.key)  \(screen.dim("most: \(count(most.value)) on \(most.key)"))
      \(screen.bold("Rides per hour"))  00:00 \(screen.colored(perHour)) 23:59  \(screen.dim("most: \(count(busiest?.value ?? 0)) from \(busiest?.key ?? "0"):00 UTC"))
      """
  }

  private func sums(_ totals: [RideTotals]) -> [String: Int] {
    totals.reduce(into: [:]) { $0[$1.name, default: 0] += $1.rides }
  }

  private func text(_ table: Table) -> String { table.lines(on: screen).joined(separator: "\n") }
  private func titled(_ title: String, _ text: String) -> String { "\(bold(title))\n\(text)" }
  private func bold(_ text: String) -> String { screen?.bold(text) ?? text.printable }
  private func dim(_ text: String) -> String { screen?.dim(text) ?? text.printable }
  private func count(_ number: Int) -> String { screen == nil ? "\(number)" : Cell.count(number).onScreen }
}
