/// Pairs of rows of which one takes back what the other charges: the same trip, the same fare below zero. Neither is a ride.
struct VoidedTrips {
  private struct Key: Hashable {
    let trip: [String]
    let fare: Int
  }

  private struct Rows {
    var charging = 0
    var reversing = 0
  }

  private let identity: [String]
  private let fare: String
  /// Rows of pairs that have still to come.
  private var left: [Key: Rows] = [:]

  /// Looks for pairs. What is remembered are the rows with negative fares, of which there are few, whatever the file's size.
  ///
  /// - Parameters:
  ///   - identity: the columns that tell a trip.
  ///   - fare: the column of the fare.
  ///   - rows: calls its argument with each row of the file, each time from the beginning.
  init(
    identity: [String], fare: String, rows: ((RowValues) -> Void) throws(ImportProblem) -> Void
  ) throws(ImportProblem) {
    self.identity = identity
    self.fare = fare
    var found: [Key: Rows] = [:]
    try rows { row in
      if let (key, reverses) = key(row), reverses { found[key, default: Rows()].reversing += 1 }
    }
    guard !found.isEmpty else { return }
    try rows { row in
      if let (key, reverses) = key(row), !reverses, found[key] != nil { found[key]?.charging += 1 }
    }
    for (key, rows) in found where rows.charging > 0 {
      let pairs = min(rows.charging, rows.reversing)
      left[key] = Rows(charging: pairs, reversing: pairs)
    }
  }

  /// Whether a row is of a pair; to be asked for each row once, in their order.
  mutating func contains(_ row: RowValues) -> Bool {
    guard !left.isEmpty, let (key, reverses) = key(row), var rows = left[key] else { return false }
    if reverses { rows.reversing -= 1 } else { rows.charging -= 1 }
    guard rows.reversing >= 0, rows.charging >= 0 else { return false }
    left[key] = rows
    return true
  }

  private func key(_ row: RowValues) -> (Key, reverses: Bool)? {
    // What is no amount is rejected as such.
    guard let amount = try? row.amount(fare, .usd), amount != 0 else { return nil }
    return (Key(trip: identity.map { row.text($0) }, fare: abs(amount)), amount < 0)
  }
}
