import EventStreams

/// Gathers what happened to requests and payments, city by city.
struct RatesFold {
  private let filter: ReportFilter
  private var completed: Set<Identifier> = []
  private var requested: [Identifier: Set<Identifier>] = [:]
  private var cancelled: [Identifier: (called: Set<Identifier>, unfulfilled: Set<Identifier>)] = [:]
  private var payments: [Identifier: RideRates] = [:]

  init(_ filter: ReportFilter) { self.filter = filter }

  /// A ride counts as completed whenever that was: what matters is when it was asked for.
  mutating func add(_ ride: RideCompleted) {
    if filter.includes(city: ride.city) { completed.insert(ride.rideID) }
  }

  /// A request has no currency: it counts whichever one is looked for.
  mutating func add(_ request: RideRequested, at time: Timestamp) {
    guard filter.includes(time), filter.includes(city: request.city) else { return }
    requested[request.city, default: []].insert(request.rideID)
  }

  /// A cancellation counts for the time at which it was called off, once for each ride.
  mutating func add(_ ride: RideCancelled, at time: Timestamp) {
    guard filter.includes(ride.at ?? time), filter.includes(city: ride.city) else { return }
    if ride.by == .system {
      cancelled[ride.city, default: ([], [])].unfulfilled.insert(Identifier(ride.rideID))
    } else {
      cancelled[ride.city, default: ([], [])].called.insert(Identifier(ride.rideID))
    }
  }

  mutating func add(_ payment: PaymentCaptured, at time: Timestamp) {
    count(\.captured, payment.city, payment.currency, time)
  }

  mutating func add(_ payment: PaymentFailed, at time: Timestamp) {
    count(\.failed, payment.city, payment.currency, time)
  }

  private mutating func count(
    _ number: WritableKeyPath<RideRates, Int>, _ city: String, _ currency: Currency, _ time: Timestamp
  ) {
    guard filter.includes(time), filter.includes(city: city), filter.includes(currency) else { return }
    payments[city, default: RideRates(city: city)][keyPath: number] += 1
  }

  /// The cities with most requests and payments first.
  func rates() -> [RideRates] {
    Set(requested.keys).union(payments.keys).union(cancelled.keys).map { city in
      var rates = payments[city] ?? RideRates(city: city.text)
      if let requested = requested[city] {
        rates.requested = requested.count
        rates.completed = requested.count { completed.contains($0) }
      }
      rates.cancelled = cancelled[city]?.called.count ?? 0
      rates.unfulfilled = cancelled[city]?.unfulfilled.count ?? 0
      return rates
    }
    .sorted { one, other in
      (other.requested, other.captured + other.failed, Identifier(one.city)) < (
        one.requested, one.captured + one.failed, Identifier(other.city)
      )
    }
  }
}
