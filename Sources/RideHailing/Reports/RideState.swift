import EventStreams
public import EventStreamsOperations

/// What the services have stored about a ride.
public struct RideState: Sendable {
  private let state: ServiceState

  /// Reads from this.
  public init(_ state: ServiceState) { self.state = state }

  /// The ride's money as it stands; nil if its completion has not been handled.
  public func payment(_ ride: String) async throws -> PaymentRecord? {
    if let corrected: PaymentRecord = try await record(PaymentService.name, PaymentRecord.corrected, ride) {
      return corrected
    }
    return try await record(PaymentService.name, PaymentRecord.hash, ride)
  }

  /// What a rider owes, by ride: per city, as all that is kept of riders.
  public func arrears(of rider: String) async throws -> [RiderArrears.Ride] {
    try await state.field(PaymentService.name, RiderArrears.hash, rider).flatMap { found in
      try (Self.decode(found.value) as RiderArrears).rides
    }
  }

  /// The rides for which something is owed, by rider, and the oldest of each first.
  ///
  /// - Parameters:
  ///   - rider: who owes it; nil for all.
  ///   - city: where it is owed; nil for everywhere.
  public func arrears(of rider: String?, in city: String?) async throws -> [Arrear] {
    var owed: [Arrear] = []
    if let rider {
      owed = try await arrears(of: rider).map { Arrear(rider: rider, ride: $0) }
    } else {
      for found in try await state.hash(PaymentService.name, RiderArrears.hash) {
        let rides = try (Self.decode(found.value.value) as RiderArrears).rides
        owed += rides.map { Arrear(rider: found.value.field, ride: $0) }
      }
    }
    return owed.filter { city?.hasSameBytes(as: $0.ride.city) != false }
      .sorted {
        (Identifier($0.rider), $0.ride.at, Identifier($0.ride.ride))
          < (Identifier($1.rider), $1.ride.at, Identifier($1.ride.ride))
      }
  }

  /// The payments for a ride that are contested, oldest first.
  public func disputes(_ ride: String) async throws -> [RideDispute] {
    try await (record(PaymentService.name, RideDisputes.hash, ride) as RideDisputes?)?.disputes ?? []
  }

  /// The ids of the events that asked for the tips that were booked, oldest first.
  func tips(_ ride: String) async throws -> [String] {
    try await (record(PaymentService.name, RideTips.hash, ride) as RideTips?)?.tips ?? []
  }

  /// The payments that are contested, or were, by ride.
  func disputesByRide() async throws -> [(ride: String, disputes: RideDisputes)] {
    try await state.hash(PaymentService.name, RideDisputes.hash).map {
      ($0.value.field, try Self.decode($0.value.value))
    }
  }

  /// The ride as the driver was paid for it; nil if its completion has not been handled.
  public func driven(_ ride: String) async throws -> DriverRide? {
    if let corrected: DriverRide = try await record(DriverService.name, DriverRide.corrected, ride) { return corrected }
    return try await record(DriverService.name, DriverRide.hash, ride)
  }

  /// The ride's receipt; nil if its completion has not been handled.
  public func receipt(_ ride: String) async throws -> Receipt? {
    try await record(NotificationService.name, Receipt.hash, ride)
  }

  /// The time in which the ride may be rated, which may be over; nil if its completion has not been handled.
  public func ratingWindow(_ ride: String) async throws -> RatingWindow? {
    try await record(RatingService.name, RatingWindow.hash, ride)
  }

  /// How the ride's people rated each other, as far as that is shown.
  public func ratings(ofRide ride: String) async throws -> RideRatings {
    var given: [Rater: Int] = [:]
    for rater in Rater.allCases {
      given[rater] = try await state.field(RatingService.name, RatingWindow.closed(by: rater), ride).first
        .flatMap { Int($0.value) }
    }
    let sealed: SealedRatings? = try await record(RatingService.name, SealedRatings.hash, ride)
    let raters = Rater.allCases.filter { given[$0] != nil || sealed?[$0] != nil }
    return RideRatings(rider: given[.rider], driver: given[.driver], raters: raters)
  }

  /// What somebody's ratings come to: the last ones and, as long as these are not all that count, those from before they were kept.
  ///
  /// They are kept with the cities: somebody who rides or drives in several has as many in each shard.
  public func ratings(of holder: AccountHolder) async throws -> RatingMean {
    var (count, stars) = (0, 0)
    func add(_ field: String, to sum: inout Int) async throws {
      for found in try await state.field(RatingService.name, RatingWindow.drivers, "\(holder.id)|\(field)") {
        sum += Int(found.value) ?? 0
      }
    }
    for found in try await state.field(RatingService.name, RecentRatings.hash, holder.description) {
      let recent = RecentRatings(stored: found.value)
      (count, stars) = (count + recent.count, stars + recent.stars)
    }
    if holder.kind == .driver, count < RecentRatings.longest {
      try await add("count", to: &count)
      try await add("stars", to: &stars)
    }
    return RatingMean(count: count, stars: stars)
  }

  /// All receipts, newest first; also those of which no version was sent yet.
  public func receipts() async throws -> [Receipt] {
    var receipts: [Receipt] = []
    for found in try await state.hash(NotificationService.name, Receipt.hash) {
      receipts.append(try Self.decode(found.value.value))
    }
    return receipts.sorted { ($1.at, $1.rideID) < ($0.at, $0.rideID) }
  }

  /// The multipliers of all cells in which the price is not the plain one, highest first: as the last tick of each city has made them.
  public func multipliers() async throws -> [(cell: String, multiplier: SurgeMultiplier)] {
    var cells: [(cell: String, multiplier: SurgeMultiplier)] = []
    for found in try await state.hash(SurgeService.name, SurgeState.prices) {
      guard let cell = SurgeField(found.value.field[...], hasCell: true)?.cell else { continue }
      cells.append((cell.name, try Self.decode(found.value.value)))
    }
    return cells.sorted {
      ($1.multiplier.percent, $0.cell, $0.multiplier.pool ?? "") < (
        $0.multiplier.percent, $1.cell, $1.multiplier.pool ?? ""
      )
    }
  }

  private func record<Value: JSONReadable>(_ service: String, _ hash: String, _ ride: String) async throws -> Value? {
    guard let found = try await state.field(service, hash, ride).first else { return nil }
    return try Self.decode(found.value)
  }

  var shards: Range<Int> { state.shards }

  static func decode<Value: JSONReadable>(_ text: String) throws -> Value {
    var parser = JSONParser()
    return try Value(from: parser.parse(text.utf8.span))
  }
}
