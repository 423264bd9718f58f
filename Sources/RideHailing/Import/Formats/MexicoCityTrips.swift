import EventStreams

/// The rules of the Mexico City file: local times although they end in Z; what was cancelled or split is no ride of its own.
struct MexicoCityTrips: Sendable {
  let clock: WallClock

  func trip(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let status = try row.required("status")
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
