import EventStreams

/// The rules of Gett's file of orders that failed: times of day without a day, local time, no prices.
struct GettOrders: Sendable {
  let clock: WallClock
  /// The day that all of it is of, as `2020-01-31`.
  let date: String

  func order(_ row: RowValues) throws(RowProblem) -> ImportedRow {
    let time = try row.required("order_datetime")
    guard let reading = ClockReading("\(date) \(time)") else {
      throw RowProblem(field: "order_datetime", reason: "\"\(time)\" is no time of day, such as 18:08:07")
    }
    let id = try row.required("order_gk")
    // Of 13 digits; what has gone through a spreadsheet is 3.00E+12 for all of them.
    guard id.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw RowProblem(field: "order_gk", reason: "\"\(id)\" is no id: it has to be digits")
    }
    let requested = clock.moments(reading)[0]
    let hasDriver = try row.number("is_driver_assigned_key") == 1
    let (by, reason): (RideCancelled.Party, String) =
      switch try row.required("order_status_key") {
      case "4": (.rider, hasDriver ? "called off after a driver had taken it" : "called off while waiting for a driver")
      case "9": (.system, hasDriver ? "rejected after a driver had taken it" : "no driver was found")
      case let status: throw RowProblem(field: "order_status_key", reason: "\"\(status)\" is no status that is known")
      }
    let waited =
      row.text("cancellations_time_in_seconds").isEmpty ? 0 : try row.seconds("cancellations_time_in_seconds")
    return .cancellation(
      ImportedCancellation(
        requested: requested, at: requested + .seconds(waited), by: by, hasDriver: hasDriver,
        arrivalSeconds: row.text("m_order_eta").isEmpty ? nil : try row.seconds("m_order_eta"), reason: reason,
        pickup: try row.place("origin_latitude", "origin_longitude"), identity: id))
  }
}
