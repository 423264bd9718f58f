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
    guard !row.text("payment").isEmpty else {
      throw RowProblem(field: "payment", reason: "is empty: nobody knows whether the ride was paid")
    }
    return try trip(
      row, begin: "pickup", end: "dropoff", miles: "distance", fare: "fare", tip: "tip", tolls: "tolls", total: "total",
      try method(row, "payment"))
  }

  /// `nyc-yellow`: as the city publishes them.
  func yellow(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let prefix = row.header.has("tpep_pickup_datetime") ? "tpep_" : ""
    return try metered(row, prefix, endsOnStartDate: false)
  }

  /// `nyc-green`: as the city publishes them.
  func green(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    try metered(row, "lpep_", endsOnStartDate: true)
  }

  private func metered(
    _ row: RowValues, _ prefix: String, endsOnStartDate: Bool
  ) throws(RowProblem) -> ImportedTrip {
    var trip = try trip(
      row, begin: prefix + "pickup_datetime", end: prefix + "dropoff_datetime", miles: "trip_distance",
      fare: "fare_amount", tip: "tip_amount", tolls: "tolls_amount", total: "total_amount",
      try method(row, "payment_type"), endsOnStartDate: endsOnStartDate)
    // Files since the summer of 2016 name zones instead.
    trip.pickup = try row.place("pickup_latitude", "pickup_longitude")
    trip.dropoff = try row.place("dropoff_latitude", "dropoff_longitude")
    return trip
  }

  /// `nyc-fares`: a fare, a time, and two places.
  func fares(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let begin = clock.moments(try row.clock("pickup_datetime"))[0]
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

  /// How the rider paid, by the code of today's files or the words of older ones. A ride that was booked through an app has
  /// code 0, or none: it was paid in the app.
  private func method(_ row: RowValues, _ column: String) throws(RowProblem) -> Payment.Method {
    let text = row.text(column)
    let code = text.hasSuffix(".0") ? String(text.dropLast(2)) : text.lowercased()
    let reason: String
    switch code {
    case "1", "crd", "cre", "credit", "credit card": return .card
    case "2", "csh", "cas", "cash": return .cash
    case "", "0": return .card
    case "3", "noc", "no charge": reason = "is no charge: the rider was not charged"
    case "4", "dis", "dispute": reason = "is a dispute: the rider contests the charge"
    case "5", "unk", "unknown": reason = "is unknown: nobody knows whether the ride was paid"
    case "6": reason = "is a voided trip: nobody was charged"
    default: reason = "\"\(text)\" is no payment type that is known"
    }
    throw RowProblem(field: column, reason: reason)
  }

  private func trip(
    _ row: RowValues, begin: String, end: String, miles: String, fare: String, tip: String, tolls: String,
    total: String, _ method: Payment.Method, endsOnStartDate: Bool = false
  ) throws(RowProblem) -> ImportedTrip {
    let start = try row.clock(begin)
    guard !row.text(end).isEmpty else { throw RowProblem(field: end, reason: "is empty: no drop-off") }
    var stop = try row.clock(end)
    // Trips across midnight that carry the start's date at their end.
    if endsOnStartDate, start.seconds - stop.seconds > 23 * 3600, start.seconds - stop.seconds <= 86_400 {
      stop = stop.later(days: 1)
    }
    let (begins, ends) = clock.interval(start, stop)
    let base = try row.amount(fare, .usd)
    let trip = ImportedTrip(
      begin: begins, end: ends,
      fare: try ImportedTrip.fare(
        total: try row.amount(total, .usd), base: base, tolls: try row.amount(tolls, .usd),
        tip: try row.amount(tip, .usd), .usd, totalColumn: total, baseColumn: fare),
      method: method, meters: try row.meters(miles, perUnit: Self.metersPerMile))
    try trip.checkTimes(end)
    return trip
  }
}
