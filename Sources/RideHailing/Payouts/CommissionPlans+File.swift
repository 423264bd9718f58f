import EventStreams
import Foundation

extension CommissionPlans.Plan {
  /// A file of plans has at most so many.
  static let most = 10_000

  /// Reads a file of plans: `plan,city,product,from,zone,basisPoints`, of which city, product and zone may be empty.
  ///
  /// `from` is a moment, or a day, which begins when the clocks of the zone say so, or those of UTC if there is none.
  public static func read(_ path: String) throws(FileMistake) -> [CommissionPlans.Plan] {
    let rows = try TableFile.rows(
      path, columns: ["plan", "from", "basisPoints"], more: ["city", "product", "zone"], most: most)
    var lines: [Key: Int] = [:]
    var plans: [CommissionPlans.Plan] = []
    for row in rows {
      let name = try row.required("plan")
      guard let plan = try row.name("plan") else { throw row.mistake("plan '\(name)' is none") }
      let points = try row.required("basisPoints")
      guard let basisPoints = Int(points), Quantity.basisPoints.range.contains(basisPoints) else {
        throw row.mistake("basisPoints is '\(points)', and not a whole number from 0 to 10000")
      }
      let found = CommissionPlans.Plan(
        CommissionRate(plan: plan, basisPoints: basisPoints), city: try row.name("city"),
        product: try row.name("product"), from: try start(row))
      let key = Key(place: found.place, from: found.from)
      if let line = lines.updateValue(row.line, forKey: key) {
        throw row.mistake("is for the same city, product and moment as line \(line)")
      }
      plans.append(found)
    }
    return plans
  }

  private struct Key: Hashable {
    let place: CommissionPlans.Place
    let from: Timestamp
  }

  private static func start(_ row: TableFile.Row) throws(FileMistake) -> Timestamp {
    let text = try row.required("from")
    if let day = BankDay(text) {
      guard let zone = TimeZone(identifier: row["zone"] ?? "UTC") else {
        throw row.mistake("zone is '\(row["zone"] ?? "")', and none such as Europe/Paris")
      }
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = zone
      let date = day.date
      guard
        let start = calendar.date(
          from: DateComponents(year: Int(date.year), month: Int(date.month), day: Int(date.day)))
      else { throw row.mistake("from is '\(text)', which does not begin in the zone") }
      return Timestamp(start)
    }
    do throws(JSONError) { return try Timestamp(iso8601: text) } catch {
      throw row.mistake("from is '\(text)', and neither a day, as 2026-03-01, nor a moment, as 2026-03-01T00:00:00Z")
    }
  }
}
