import EventStreams

/// What the two services that keep accounts have booked of one ride, by kind of account and currency.
struct RideBookings {
  private var sums: [Identifier: [Currency: Int]] = [:]

  mutating func add(_ posting: BookedPosting) {
    sums[posting.account.kind, default: [:]][posting.amount.currency, default: 0] +=
      posting.amount.minorUnits
  }

  /// What was booked on an account, or on all of a kind.
  func sum(_ kind: String, _ currency: Currency) -> Int { sums[kind]?[currency] ?? 0 }

  /// The currencies of one kind of accounts that are not zero.
  func remainders(_ kind: String) -> [Money] {
    (sums[kind] ?? [:]).filter { $0.value != 0 }.amounts
  }
}

extension BookedLedger {
  /// By ride, of the journals that are about one.
  var bookings: [Identifier: RideBookings] {
    var rides: [Identifier: RideBookings] = [:]
    for journal in journals.values where journal.isAboutRide {
      for posting in journal.postings { rides[journal.ride, default: RideBookings()].add(posting) }
    }
    return rides
  }
}
