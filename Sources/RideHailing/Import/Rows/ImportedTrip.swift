import EventStreams

/// A trip as a row of some file tells it, before it gets a rider and a driver.
struct ImportedTrip {
  var begin: Timestamp
  var end: Timestamp
  var requested: Timestamp?
  var fare: Fare
  var method: Payment.Method
  var meters: Int?
  var seconds: Int?
  var pickup: Coordinate?
  var dropoff: Coordinate?
  /// What tells the trip from others, if the file has an id.
  var identity: String?

  /// The fare of a total and some of its parts; what is left is taxes and fees.
  static func fare(
    total: Int, base: Int, tolls: Int, tip: Int, _ currency: Currency, totalColumn: String, baseColumn: String
  ) throws(RowProblem) -> Fare {
    guard base > 0 else {
      let reason = base < 0 ? "takes back a charge that is not in the file" : "no fare"
      throw RowProblem(field: baseColumn, reason: "is \(Money(base, currency)): \(reason)")
    }
    guard tolls >= 0, tip >= 0 else { throw RowProblem(field: totalColumn, reason: "has a negative tip or toll") }
    let rest = total - base - tolls - tip
    guard rest >= 0 else {
      throw RowProblem(
        field: totalColumn,
        reason: "is \(Money(total, currency)), less than fare, tolls and tip: \(Money(total - rest, currency))")
    }
    guard Quantity.fare.range.contains(total) else { throw RowProblem(field: totalColumn, reason: "is no fare") }
    return Fare(base: base, tolls: tolls, tip: tip, taxes: rest, currency: currency)
  }

  /// Throws if the trip ends before it begins.
  func checkTimes(_ endColumn: String) throws(RowProblem) {
    guard end >= begin else {
      throw RowProblem(field: endColumn, reason: "the trip ends before it begins: \(end) < \(begin)")
    }
  }

  /// How long it took, in seconds.
  var duration: Int { seconds ?? Int((end - begin).components.seconds) }

  /// Throws if it is longer than any ride is, or its id can't be part of a ride's: nobody would take its event.
  func checkBounds() throws(RowProblem) {
    guard Quantity.duration.range.contains(duration) else {
      throw RowProblem(field: nil, reason: "no ride takes \(duration) seconds")
    }
    if let meters, !Quantity.distance.range.contains(meters) {
      throw RowProblem(field: nil, reason: "no ride goes \(meters) metres")
    }
    guard let identity else { return }
    // Of a ride's 200 bytes some are the format's name.
    do throws(JSONError) { try Identifier.check(identity, "id", longest: 150) } catch {
      throw RowProblem(field: nil, reason: "its id \(error.problem)")
    }
  }
}
