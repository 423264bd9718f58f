import EventStreams

/// The rules of the Mexico City file: local times although they end in Z; what was split is no ride of its own.
struct MexicoCityTrips: Sendable {
  let clock: WallClock

  func row(_ row: RowValues) throws(RowProblem) -> ImportedRow {
    switch try row.required("status") {
    case "rider_canceled": .cancellation(try cancellation(row, by: .rider, "called off by the rider"))
    case "driver_canceled": .cancellation(try cancellation(row, by: .driver, "called off by the driver"))
    case "unfulfilled": .cancellation(try cancellation(row, by: .system, "unfulfilled"))
    case let status: .trip(try trip(row, status))
    }
  }

  private func cancellation(
    _ row: RowValues, by party: RideCancelled.Party, _ reason: String
  ) throws(RowProblem) -> ImportedCancellation {
    let requested = clock.moments(try row.clock("local request timestamp").ignoringUTC)[0]
    let isBegun = !row.text("local dropoff timestamp").isEmpty
    let end = isBegun ? clock.moments(try row.clock("local dropoff timestamp").ignoringUTC)[0] : requested
    return ImportedCancellation(
      requested: requested, at: max(requested, end), by: party, hasDriver: party != .system, reason: reason,
      fee: try fee(row))
  }

  /// What the rider paid for it. A fare below zero is one that was taken back.
  private func fee(_ row: RowValues) throws(RowProblem) -> Money? {
    guard !row.text("local cancellation fee").isEmpty, let currency = Currency(row.text("currency code")) else {
      return nil
    }
    let fee = try row.amount("local cancellation fee", currency)
    guard fee > 0, row.text("local original fare").first != "-" else { return nil }
    guard Quantity.fare.range.contains(fee) else {
      throw RowProblem(field: "local cancellation fee", reason: "is no fee")
    }
    return Money(fee, currency)
  }

  private func trip(_ row: RowValues, _ status: String) throws(RowProblem) -> ImportedTrip {
    guard status != "fare_split" else {
      throw RowProblem(field: "status", reason: "is fare_split: a rider's part of a ride that has a row of its own")
    }
    guard status == "completed" else { throw RowProblem(field: "status", reason: "is \(status): not a completed ride") }
    let code = try row.required("currency code")
    guard let currency = Currency(code) else {
      throw RowProblem(field: "currency code", reason: "\(code) is no currency")
    }
    let total = try row.amount("local original fare", currency)
    let (begin, end) = clock.interval(
      try row.clock("begin trip local timestamp").ignoringUTC, try row.clock("local dropoff timestamp").ignoringUTC)
    var trip = ImportedTrip(
      begin: begin, end: end,
      fare: try ImportedTrip.fare(
        total: total, base: total, tolls: 0, tip: 0, currency, totalColumn: "local original fare",
        baseColumn: "local original fare"),
      method: .card, meters: try row.meters("trip distance (miles)", perUnit: 1609.344))
    let requested = clock.moments(try row.clock("local request timestamp").ignoringUTC)[0]
    // A scheduled ride is asked for by the time it shall begin at, and may begin before.
    trip.requested = min(requested, begin)
    try trip.checkTimes("local dropoff timestamp")
    return trip
  }
}
