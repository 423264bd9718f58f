import EventStreams
import EventStreamsHTTP
import HTTPTypes
import Hummingbird
import RideHailing

/// Reports from the archive, what the archive holds, and drivers' months.
struct ReportRoutes {
  let books: Books

  func add(to routes: inout Routes) {
    for (name, grouping) in [
      ("days", RideGrouping.day), ("hours", .hour), ("cities", .city), ("drivers", .driver),
    ] {
      routes.get("/v1/analytics/\(name)", .accountsRead) { request, _ in
        let query = try Query(request, known: "from", "to", "city", "currency", "limit")
        let report = try await books.reports().totals(by: grouping, Self.filter(query), limit: try query.limit())
        return ReportAnswer(report.rows, unreadable: report.unreadable)
      }
    }
    routes.get("/v1/analytics/percentiles", .accountsRead) { request, _ in
      let query = try Query(request, known: "from", "to", "city", "currency")
      let report = try await books.reports().percentiles(Self.filter(query))
      return ReportAnswer(report.rows, unreadable: report.unreadable)
    }
    routes.get("/v1/analytics/rates", .accountsRead) { request, _ in
      let query = try Query(request, known: "from", "to", "city", "currency")
      let report = try await books.reports().rates(Self.filter(query))
      return ReportAnswer(report.rows, unreadable: report.unreadable)
    }
    routes.get("/v1/archive", .read) { request, _ in
      _ = try Query(request)
      return ReportAnswer(try await books.reports().contents().types)
    }
    routes.get("/v1/drivers/{id}/statements/{month}", .accountsRead) { request, context in
      _ = try Query(request)
      let (driver, text) = (try context.parameter("id"), try context.parameter("month"))
      guard let month = CalendarMonth(text) else {
        throw Problem.malformed("'\(text)' is no month such as 2026-03")
      }
      let account = try await books.statement(
        .driver(driver), AccountHistory.Selection(from: month.start, before: month.end), for: context)
      let statements = account.count > 0 ? DriverStatement.statements(account) : []
      guard !statements.isEmpty else { throw Problem.notFound("driver '\(driver)' had no entry by the end of \(text)") }
      return ReportAnswer(statements)
    }
  }

  /// Which rides are meant.
  static func filter(_ query: Query) throws -> ReportFilter {
    let currency = try query["currency"].map { code in
      guard let currency = Currency(code.uppercased()) else {
        throw Problem.malformed("currency: '\(code)' is no ISO 4217 currency code")
      }
      return currency
    }
    let (from, to) = (try query.time("from"), try query.time("to"))
    if let from, let to, from >= to { throw Problem.malformed("from must be before to") }
    return ReportFilter(from: from, to: to, city: query["city"], currency: currency)
  }
}
