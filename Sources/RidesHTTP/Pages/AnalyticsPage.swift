import EventArchive
import EventStreams
import EventStreamsHTTP
import Hummingbird
import RideHailing

/// What the archive tells of rides and money: by day, by city, by driver.
struct AnalyticsPage {
  let site: Site
  let reports: ReportRoutes

  func add(to routes: inout Routes) {
    routes.get("/analytics", .accountsRead) { request, context in
      let query = try Query(request, known: "from", "to", "city", "currency")
      let frame = site.frame("Analytics", request, context)
      let overview: ArchiveOverview
      do {
        overview = try await reports.books.reports().overview(ReportRoutes.filter(query), limit: 12)
      } catch let problem as Problem where problem.code == .notFound {
        return site.page("analytics", Model(frame: frame, nil, query, emptyBecause: problem.detail))
      }
      return site.page(
        "analytics", Model(frame: frame, overview, query, emptyBecause: "The archive holds no such rides."))
    }
  }

  private struct Model: Sendable {
    struct Row: Sendable {
      let name: String
      let path: String?
      let currency: String
      let rides: String
      let revenue: String
      let commission: String
      let earned: String
      let tips: String
      /// How long its bar is, of 100.
      let part: Int
    }

    struct Section: Sendable {
      let title: String
      let what: String
      let rows: [Row]
    }

    struct Spread: Sendable {
      let measure: String
      let unit: String
      let rides: String
      let p50: String
      let p90: String
      let p95: String
      let p99: String
      let largest: String
    }

    let frame: Site.Frame
    let from: String?
    let to: String?
    let city: String?
    let currency: String?
    let figures: [Figure]
    let sections: [Section]
    let spreads: [Spread]
    let hasSpreads: Bool
    let isEmpty: Bool
    let emptyBecause: String

    init(frame: Site.Frame, _ overview: ArchiveOverview?, _ query: Query, emptyBecause: String) {
      self.frame = frame
      (from, to, city, currency) = (query["from"], query["to"], query["city"], query["currency"])
      self.emptyBecause = emptyBecause
      isEmpty = overview?.totals.isEmpty ?? true
      figures = (overview?.totals ?? []).prefix(6).map {
        Figure("\($0.rides.grouped) rides", $0.revenue.decimal, unit: "\($0.currency)")
      }
      sections =
        Self.sections("Days", "Day", overview?.days ?? [], last: 31)
        + Self.sections("Cities", "City", overview?.cities ?? []) { "/analytics?city=\($0.inAddress)" }
        + Self.sections("Drivers who earned most", "Driver", overview?.drivers ?? []) { Account.driver($0).path }
      spreads = (overview?.percentiles ?? []).map { row in
        func text(_ value: Int) -> String {
          if case .fare(let currency) = row.measure { return Money(value, currency).decimal }
          return value.grouped
        }
        return Spread(
          measure: row.measure.name, unit: row.measure.unit, rides: row.count.grouped, p50: text(row.p50),
          p90: text(row.p90), p95: text(row.p95), p99: text(row.p99), largest: text(row.largest))
      }
      hasSpreads = !spreads.isEmpty
    }

    private static func sections(
      _ title: String, _ what: String, _ totals: [RideTotals], last: Int = .max,
      _ path: (String) -> String? = { _ in nil }
    ) -> [Section] {
      guard !totals.isEmpty else { return [] }
      // Amounts of several currencies are not held against each other.
      let most = Dictionary(grouping: totals, by: \.currency).mapValues { $0.map(\.rides).max() ?? 1 }
      let rows = totals.suffix(last).map { total in
        Row(
          name: total.name, path: path(total.name), currency: "\(total.currency)", rides: total.rides.grouped,
          revenue: total.revenue.decimal, commission: total.commission.decimal, earned: total.earned.decimal,
          tips: total.tips.decimal, part: total.rides * 100 / max(1, most[total.currency] ?? 1))
      }
      return [Section(title: title, what: what, rows: rows)]
    }
  }
}
