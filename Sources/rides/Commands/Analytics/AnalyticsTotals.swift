import ArgumentParser
import RideHailing

struct AnalyticsDaysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "days", abstract: "Rides, revenue, commission and tips per day (UTC).",
    discussion: "A ride belongs to the day it ended on.\n\n  rides analytics days --limit 14 --currency EUR")

  @Option(help: "Only the last so many days of each currency.")
  var limit: Int?

  func validate() throws { try Limit.check(limit) }

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let days = try await report.reports().totals(by: .day, report.filter(), limit: limit)
    var table = Table(
      "DAY", "CURRENCY", "RIDES", "REVENUE", "COMMISSION", "TIPS", drawing: .bar(3), section: "CURRENCY",
      hasSums: true)
    for day in days.rows { table.add(.text(day.name), amounts: day) }
    report.write(days, table, title: "Rides per day", note: "Days in UTC. \(report.figures)")
  }
}

struct AnalyticsHoursCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hours", abstract: "Rides, revenue, commission and tips per hour of the day (UTC).",
    discussion: """
      The hour is that of UTC, not of the city's clock, which no event tells. A ride belongs to the hour it ended in.

        rides analytics hours --city "New York"
      """)

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let hours = try await report.reports().totals(by: .hour, report.filter())
    var table = Table(
      "HOUR", "CURRENCY", "RIDES", "REVENUE", "COMMISSION", "TIPS", drawing: .bar(2), section: "CURRENCY",
      hasSums: true)
    for hour in hours.rows {
      table.add(
        .label(hour.name, onScreen: hour.name.count == 1 ? "0\(hour.name):00" : "\(hour.name):00"), amounts: hour)
    }
    report.write(hours, table, title: "Rides per hour of the day", note: "Hours in UTC. \(report.figures)")
  }
}

struct AnalyticsCitiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cities", abstract: "Rides, revenue, commission and tips per city.",
    discussion: "The cities with most revenue first, currency by currency.\n\n  rides analytics cities --currency USD")

  @Option(help: "At most so many cities of each currency.")
  var limit: Int?

  func validate() throws { try Limit.check(limit) }

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let cities = try await report.reports().totals(by: .city, report.filter(), limit: limit)
    report.write(cities, .cities(cities.rows), title: "Rides per city", note: report.figures)
  }
}

struct AnalyticsDriversCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drivers", abstract: "The drivers who earned most.",
    discussion: """
      What a driver earned is the fare less commission and taxes: tips and tolls are in it.

        rides analytics drivers --city Paris --limit 20
      """)

  @Option(help: "At most so many drivers of each currency.")
  var limit = 10

  func validate() throws { try Limit.check(limit) }

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let drivers = try await report.reports().totals(by: .driver, report.filter(), limit: limit)
    var table = Table(
      "DRIVER", "CURRENCY", "RIDES", "REVENUE", "EARNED", "TIPS", drawing: .bar(4), section: "CURRENCY")
    for driver in drivers.rows {
      table.add(
        .text(driver.name), .text(driver.currency.code), .count(driver.rides), .money(driver.revenue),
        .money(driver.earned), .money(driver.tips))
    }
    report.write(drivers, table, title: "Drivers who earned most", note: report.figures)
  }
}

extension Table {
  /// A row of a table of rides and money.
  mutating func add(_ name: Cell, amounts totals: RideTotals) {
    add(
      name, .text(totals.currency.code), .count(totals.rides), .money(totals.revenue), .money(totals.commission),
      .money(totals.tips))
  }

  /// Rides and money of cities; bars are for rides, which can be compared across currencies.
  static func cities(_ cities: [RideTotals]) -> Table {
    var table = Table("CITY", "CURRENCY", "RIDES", "REVENUE", "COMMISSION", "TIPS", drawing: .bar(2))
    for city in cities { table.add(.text(city.name), amounts: city) }
    return table
  }
}
