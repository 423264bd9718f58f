import EventStreams

/// The rules of Chicago's taxi file: times are seconds since 1970 of the local clock, rounded to a quarter of an hour.
struct ChicagoTrips: Sendable {
  let clock: WallClock

  func trip(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    guard !row.text("dropoff_latitude").isEmpty else {
      throw RowProblem(field: "dropoff_latitude", reason: "is empty: no drop-off")
    }
    let kind = try row.required("payment_type")
    let methods: [String: Payment.Method] = ["Cash": .cash, "Credit Card": .card, "Pcard": .card, "Prcard": .card]
    guard let method = methods[kind] else {
      throw RowProblem(field: "payment_type", reason: "is \(kind): the rider was not charged, or nobody knows")
    }
    let start = try row.number("trip_start_timestamp")
    let seconds = try row.number("trip_seconds")
    guard abs(start) < 1e11 else { throw RowProblem(field: "trip_start_timestamp", reason: "is no time") }
    guard seconds >= 0, seconds < 1e6 else {
      throw RowProblem(field: "trip_seconds", reason: "\(seconds) is no duration")
    }
    let fare = try row.amount("fare", .usd)
    let tips = try row.amount("tips", .usd)
    let begin = clock.moments(Int64(start))[0]
    return ImportedTrip(
      begin: begin, end: begin + .seconds(seconds),
      fare: try ImportedTrip.fare(
        total: fare + tips, base: fare, tolls: 0, tip: tips, .usd, totalColumn: "fare", baseColumn: "fare"),
      method: method, meters: try row.meters("trip_miles", perUnit: 1609.344), seconds: Int(seconds),
      pickup: try row.place("pickup_latitude", "pickup_longitude"),
      dropoff: try row.place("dropoff_latitude", "dropoff_longitude"))
  }
}
