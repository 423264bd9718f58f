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
    let seconds = try row.seconds("duration")
    // The zone is nowhere.
    let begin = try row.clock("calc_created")
    let start = begin.moment ?? begin.moment(offset: 0)
    let identity = try row.required("order_id_new")
    do throws(JSONError) { try Identifier.checkName(identity, "order_id_new") } catch {
      throw RowProblem(field: "order_id_new", reason: error.problem)
    }
    return ImportedTrip(
      begin: start, end: start + .seconds(seconds),
      fare: try ImportedTrip.fare(
        total: total, base: total, tolls: 0, tip: 0, currency, totalColumn: column, baseColumn: column),
      method: .card, meters: try row.meters("distance", perUnit: 1), seconds: seconds,
      identity: identity)
  }
}
