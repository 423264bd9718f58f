import ArgumentParser
import EventStreams
import RideHailing

/// Which rides a report is about.
struct ReportOptions: ParsableArguments {
  @OptionGroup var source: ReportSource

  @Option(help: "Not before this time or day: 2026-04-03T10:30:00Z or 2026-04-03 (UTC).", transform: TimeArgument.read)
  var from: TimeArgument?

  @Option(help: "Before this time or day.", transform: TimeArgument.read)
  var to: TimeArgument?

  @Option(help: "Only this city.")
  var city: String?

  @Option(help: "Only this currency: EUR.")
  var currency: String?

  @Option(
    help: "The platform's share, in hundredths of a percent, of rides whose commission no event tells.")
  var commissionBasisPoints = CommissionRate.standardBasisPoints

  func validate() throws {
    if let from, let to, from.time >= to.time { throw ValidationError("--from must be before --to") }
    guard (0...10_000).contains(commissionBasisPoints) else {
      throw ValidationError("--commission-basis-points must be between 0 and 10000")
    }
  }

  func filter() throws -> ReportFilter {
    let money = try currency.map { code in
      guard let currency = Currency(code.uppercased()) else {
        throw Failure.usage("'\(code)' is not an ISO 4217 currency code")
      }
      return currency
    }
    return ReportFilter(from: from?.time, to: to?.time, city: city, currency: money)
  }

  func reports() throws -> ArchiveReports {
    try ArchiveReports(path: source.archive, commissionBasisPoints: commissionBasisPoints)
  }

  /// What the reports' figures are.
  var figures: String { "Fares as corrected, less refunds; commission as booked" }

  /// Writes a report: JSON, CSV, a plain table in a pipe, or the table under its title on a terminal.
  func write<Row: JSONWritable>(_ report: ArchiveReport<Row>, _ table: Table, title: String, note: String) {
    Self.warn(unreadable: report.unreadable)
    switch source.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: report.rows))
    case .csv: for row in table.csv { Terminal.print(data: row) }
    case .table:
      guard !report.rows.isEmpty else { return Terminal.print(nothing) }
      guard let screen = Screen.current else { return Terminal.print(table) }
      Terminal.print(drawn: "\(screen.bold(title))\(period.printable)\n\(screen.dim(note))\n")
      Terminal.print(table)
    }
  }

  /// Says on standard error that events were left out.
  static func warn(unreadable: Int) {
    guard unreadable > 0 else { return }
    Terminal.error(
      "\(unreadable) event\(unreadable == 1 ? " is" : "s are") left out: the data is not what the type says; see rides dead"
    )
  }

  var nothing: String {
    let isRestricted = from != nil || to != nil || city != nil || currency != nil
    return isRestricted ? "the archive holds no such rides" : "the archive holds no rides yet"
  }

  /// ` in Paris, from 2026-04-03T00:00:00Z, before 2026-05-01T00:00:00Z`
  var period: String {
    (city.map { " in \($0)" } ?? "") + (from.map { ", from \($0.time)" } ?? "")
      + (to.map { ", before \($0.time)" } ?? "")
  }
}
