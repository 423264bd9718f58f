import EventStreams

/// The rules of Bolt's file: one row per support ticket, prices without a currency. Rows of the European Union are priced in
/// one currency, the others in several that have no minor units; which are meant, the currency that is given decides.
struct BoltTrips: Sendable {
  let currency: Currency

  func trip(_ row: RowValues) throws(RowProblem) -> ImportedTrip {
    let state = try row.required("order_state")
    guard state == "finished" else {
      throw RowProblem(field: "order_state", reason: "is \(state): not a completed ride")
    }
    let isEuropean = try row.required("eu_indicator") == "1"
    guard isEuropean == (currency == .eur) else {
      throw RowProblem(field: "eu_indicator", reason: "the price is not in \(currency)")
    }
    // What was promised holds unless the way was changed.
    let column = try row.required("prediction_price_type") == "upfront" ? "upfront_price" : "metered_price"
    let total = try row.amount(column, currency)
    let seconds = try row.number("duration")
    guard seconds >= 0, seconds < 1e6 else { throw RowProblem(field: "duration", reason: "\(seconds) is no duration") }
    let begin = Timestamp(secondsSinceEpoch: try row.clock("calc_created"))
    return ImportedTrip(
      begin: begin, end: begin + .seconds(seconds),
      fare: try ImportedTrip.fare(
        total: total, base: total, tolls: 0, tip: 0, currency, totalColumn: column, baseColumn: column),
      method: .card, meters: try row.meters("distance", perUnit: 1), seconds: Int(seconds),
      identity: try row.required("order_id_new"))
  }
}
