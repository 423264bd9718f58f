import EventStreams

/// The rules of New York's taxi files: local time, US dollars, miles.
struct NYCTrips: Sendable {
  private static let metersPerMile = 1609.344
  let clock: WallClock

  /// `nyc-taxis`: the tidied sample.
  func tidy(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    guard !row.text("dropoff_zone").isEmpty else {
      throw RowProblem(field: "dropoff_zone", reason: "is empty: no drop-off")
    }
    let method = try method(row, "payment", ["credit card": .card, "cash": .cash])
    return try trip(
      row, begin: "pickup", end: "dropoff", miles: "distance", fare: "fare", tip: "tip", tolls: "tolls", total: "total",
      method)
  }

  /// `nyc-yellow`: as the city publishes them, with zones.
  func zoned(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let prefix = row.columns["tpep_pickup_datetime"] != nil ? "tpep_" : ""
    let method = try method(row, "payment_type", ["1": .card, "2": .cash, "1.0": .card, "2.0": .cash])
    return try trip(
      row, begin: prefix + "pickup_datetime", end: prefix + "dropoff_datetime", miles: "trip_distance",
      fare: "fare_amount",
      tip: "tip_amount", tolls: "tolls_amount", total: "total_amount", method)
  }

  /// `nyc-green`: the first green cabs, with coordinates.
  func green(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let method = try method(row, "Payment_type", ["1": .card, "2": .cash])
    var trip = try trip(
      row, begin: "lpep_pickup_datetime", end: "Lpep_dropoff_datetime", miles: "Trip_distance", fare: "Fare_amount",
      tip: "Tip_amount", tolls: "Tolls_amount", total: "Total_amount", method, endsOnStartDate: true)
    trip.pickup = try row.place("Pickup_latitude", "Pickup_longitude")
    trip.dropoff = try row.place("Dropoff_latitude", "Dropoff_longitude")
    return trip
  }

  /// `nyc-fares`: a fare, a time in UTC, and two places.
  func fares(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let time = try row.required("pickup_datetime")
    guard let seconds = WallClock.reading(time.replacing(" UTC", with: "")) else {
      throw RowProblem(field: "pickup_datetime", reason: "\"\(time)\" is not a time")
    }
    let begin = Timestamp(secondsSinceEpoch: seconds)
    let total = try row.amount("fare_amount", .usd)
    var trip = ImportedTrip(
      begin: begin, end: begin,
      fare: try ImportedTrip.fare(
        total: total, base: total, tolls: 0, tip: 0, .usd, totalColumn: "fare_amount", baseColumn: "fare_amount"),
      method: .card)
    trip.pickup = try row.place("pickup_latitude", "pickup_longitude")
    trip.dropoff = try row.place("dropoff_latitude", "dropoff_longitude")
    for (place, field) in [(trip.pickup, "pickup_latitude"), (trip.dropoff, "dropoff_latitude")] {
      if let place, place.latitude < -60, place.longitude > 30 {
        throw RowProblem(field: field, reason: "is \(place.latitude): latitude and longitude are swapped")
      }
    }
    return trip
  }

  private func method(
    _ row: RowValues, _ column: String, _ known: [String: Payment.Method]
  ) throws(RowProblem) -> Payment.Method {
    let text = try row.required(column)
    guard let method = known[text] else {
      let meaning =
        ["3": "no charge", "4": "dispute", "5": "unknown", "3.0": "no charge", "4.0": "dispute"][text] ?? text
      throw RowProblem(field: column, reason: "is \(meaning): the rider was not charged")
    }
    return method
  }

  private func trip(
    _ row: RowValues, begin: String, end: String, miles: String, fare: String, tip: String, tolls: String,
    total: String,
    _ method: Payment.Method, endsOnStartDate: Bool = false
  ) throws(RowProblem) -> ImportedTrip {
    let start = try row.clock(begin)
    guard !row.text(end).isEmpty else { throw RowProblem(field: end, reason: "is empty: no drop-off") }
    var stop = try row.clock(end)
    // Trips across midnight that carry the start's date at their end.
    if endsOnStartDate, stop < start, start - stop > 23 * 3600, start - stop <= 86_400 { stop += 86_400 }
    let (begins, ends) = clock.interval(start, stop)
    let base = try row.amount(fare, .usd)
    let trip = ImportedTrip(
      begin: begins, end: ends,
      fare: try ImportedTrip.fare(
        total: try row.amount(total, .usd), base: base, tolls: try row.amount(tolls, .usd),
        tip: try row.amount(tip, .usd), .usd,
        totalColumn: total, baseColumn: fare),
      method: method, meters: try row.meters(miles, perUnit: Self.metersPerMile))
    try trip.checkTimes(end)
    return trip
  }
}
