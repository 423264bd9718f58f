import EventStreams

/// The rules of Chicago's taxi file: times are seconds since 1970 of the local clock, rounded to a quarter of an hour.
struct ChicagoTrips: Sendable {
  let clock: WallClock

  func trip(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    guard !row.text("dropoff_latitude").isEmpty else {
      throw RowProblem(field: "dropoff_latitude", reason: "is empty: no drop-off")
    }
    let method = try method(try row.required("payment_type"))
    let start = try row.number("trip_start_timestamp")
    guard abs(start) < 1e11 else { throw RowProblem(field: "trip_start_timestamp", reason: "is no time") }
    let seconds = try row.seconds("trip_seconds")
    let fare = try row.amount("fare", .usd)
    let tips = try row.amount("tips", .usd)
    let begin = clock.moments(ClockReading(seconds: Int64(start)))[0]
    return ImportedTrip(
      begin: begin, end: begin + .seconds(seconds),
      fare: try ImportedTrip.fare(
        total: fare + tips, base: fare, tolls: 0, tip: tips, .usd, totalColumn: "fare", baseColumn: "fare"),
      method: method, meters: try row.meters("trip_miles", perUnit: 1609.344), seconds: seconds,
      pickup: try row.place("pickup_latitude", "pickup_longitude"),
      dropoff: try row.place("dropoff_latitude", "dropoff_longitude"))
  }

  private func method(_ kind: String) throws(RowProblem) -> Payment.Method {
    let reason: String
    switch kind {
    case "Cash": return .cash
    // Mobile: paid in an app. Pcard and Prcard: prepaid cards.
    case "Credit Card", "Mobile", "Pcard", "Prcard": return .card
    case "No Charge": reason = "is No Charge: the rider was not charged"
    case "Dispute": reason = "is Dispute: the rider contests the charge"
    case "Unknown": reason = "is Unknown: nobody knows whether the ride was paid"
    default: reason = "\"\(kind)\" is no payment type that is known"
    }
    throw RowProblem(field: "payment_type", reason: reason)
  }
}
