import EventStreams

/// The rules of the Mexico City file: local times although they end in Z; what was cancelled or split is no ride of its own.
struct MexicoCityTrips: Sendable {
  let clock: WallClock

  func trip(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let status = try row.required("Status")
    guard status == "completed" else { throw RowProblem(field: "Status", reason: "is \(status): not a completed ride") }
    let code = try row.required("Currency Code")
    guard let currency = Currency(code) else {
      throw RowProblem(field: "Currency Code", reason: "\(code) is no currency")
    }
    let total = try row.amount("Local Original Fare", currency)
    let (begin, end) = clock.interval(
      try row.clock("Begin Trip Local Timestamp"), try row.clock("Local Dropoff Timestamp"))
    var trip = ImportedTrip(
      begin: begin, end: end,
      fare: try ImportedTrip.fare(
        total: total, base: total, tolls: 0, tip: 0, currency, totalColumn: "Local Original Fare",
        baseColumn: "Local Original Fare"),
      method: .card, meters: try row.meters("Trip Distance (miles)", perUnit: 1609.344))
    let requested = clock.moments(try row.clock("Local Request Timestamp"))[0]
    // A scheduled ride is asked for by the time it shall begin at, and may begin before.
    trip.requested = min(requested, begin)
    try trip.checkTimes("Local Dropoff Timestamp")
    return trip
  }
}
