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

  /// The ride as the driver was paid for it; nil if its completion has not been handled.
  public func driven(_ ride: String) async throws -> DriverRide? {
    if let corrected: DriverRide = try await record(DriverService.name, DriverRide.corrected, ride) { return corrected }
    return try await record(DriverService.name, DriverRide.hash, ride)
  }

  /// The ride's receipt; nil if its completion has not been handled.
  public func receipt(_ ride: String) async throws -> Receipt? {
    try await record(NotificationService.name, Receipt.hash, ride)
  }

  /// The ride's window if it has not been rated; its time may be over.
  public func ratingWindow(_ ride: String) async throws -> RatingWindow? {
    guard try await stars(ride) == nil else { return nil }
    return try await record(RatingService.name, RatingWindow.hash, ride)
  }

  /// The stars the ride was rated with; nil if it has not been rated.
  public func stars(_ ride: String) async throws -> Int? {
    try await state.field(RatingService.name, RatingWindow.closed, ride).first.flatMap { Int($0.value) }
  }

  /// A driver's ratings: how many, and the sum of their stars.
  public func ratings(ofDriver driver: String) async throws -> (count: Int, stars: Int) {
    func sum(_ field: String) async throws -> Int {
      try await state.field(RatingService.name, RatingWindow.drivers, "\(driver)|\(field)").reduce(0) {
        $0 + (Int($1.value) ?? 0)
      }
    }
    return (try await sum("count"), try await sum("stars"))
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
