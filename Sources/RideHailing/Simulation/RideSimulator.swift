public import EventStreams

/// Made-up rides, the same for the same seed, cities and start: ride `i` of seed `s` is `sim-<s>-<i>`, so publishing them again adds
/// nothing. Fewer of them are the first of more.
public struct RideSimulator: Sequence, IteratorProtocol, Sendable {
  /// A ride from its request to its end.
  public struct Ride: Sendable {
    /// That it was asked for, and when.
    public let requested: (event: RideRequested, at: Timestamp)
    /// That it ended, and when.
    public let completed: (event: RideCompleted, at: Timestamp)
    /// What the rider paid into the wallet before, if the ride is paid from it.
    public let deposited: (event: AccountDeposited, at: Timestamp)?

    /// All of it, in order.
    public var events: [EncodedEvent] {
      var events = [
        EncodedEvent(requested.event, timestamp: requested.at), EncodedEvent(completed.event, timestamp: completed.at),
      ]
      if let deposited { events.insert(EncodedEvent(deposited.event, timestamp: deposited.at), at: 0) }
      return events
    }
  }

  private let seed: UInt64
  private let cities: [SimulatedCity]
  private let start: Timestamp
  private var generator: SplitMix64
  private var index = 0

  /// Riders and drivers there are in each city.
  static let ridersPerCity = 5_000
  static let driversPerCity = 400

  /// An endless sequence of rides that end about now.
  ///
  /// - Parameters:
  ///   - cities: where they are, in equal shares.
  ///   - start: when the first one ends; each later one ends 10 ms later.
  public init(seed: UInt64, cities: [SimulatedCity] = SimulatedCity.all, start: Timestamp = .now()) {
    self.seed = seed
    self.cities = cities.isEmpty ? SimulatedCity.all : cities
    self.start = start
    generator = SplitMix64(seed: seed)
  }

  /// The next of the sequence.
  public mutating func next() -> Ride? {
    let city = cities[generator.pick(0..<cities.count)]
    return ride(in: city, endingAt: start + .milliseconds(10 * index))
  }

  /// The next in a city of one's own choice.
  ///
  /// - Parameter dropoff: where it ends; anywhere near its beginning if nil.
  mutating func ride(in city: SimulatedCity, endingAt end: Timestamp, dropoff: Coordinate? = nil) -> Ride {
    let rideID = "sim-\(seed)-\(index)"
    let rider = generator.pick(0..<Self.ridersPerCity)
    let driver = generator.pick(0..<Self.driversPerCity)
    let slug = city.slug
    let pickup = place(near: city.centre)
    let somewhere = place(near: pickup)
    let dropoff = dropoff ?? somewhere
    let meters = generator.pick(600..<18_000)
    let seconds = meters / 7 + generator.pick(60..<600)
    let begin = end - .seconds(seconds)
    let request = begin - .seconds(generator.pick(60..<600))
    index += 1

    var completed = RideCompleted(
      rideID: rideID, riderID: "rider-\(slug)-\(rider)", driverID: "driver-\(slug)-\(driver)", city: city.name,
      fare: fare(in: city, meters: meters, seconds: seconds), payment: payment(rider: rider))
    completed.distanceMeters = meters
    completed.durationSeconds = seconds
    completed.requestedAt = request
    completed.startedAt = begin
    completed.completedAt = end
    completed.pickup = pickup
    completed.dropoff = dropoff
    completed.riderEmail = generator.chance(perMille: 950) ? "rider-\(slug)-\(rider)@example.com" : nil
    let requested = RideRequested(
      rideID: rideID, riderID: completed.riderID, city: city.name, pickup: pickup, dropoff: dropoff)
    return Ride(
      requested: (requested, request), completed: (completed, end), deposited: deposit(for: completed, at: request))
  }

  /// Riders who pay from their wallet keep enough in it.
  private func deposit(for ride: RideCompleted, at time: Timestamp) -> (AccountDeposited, Timestamp)? {
    guard ride.payment.method == .wallet else { return nil }
    let amount = Money((ride.fare.total / 1000 + 1) * 1000, ride.fare.currency)
    return (
      AccountDeposited(AccountHolder(.rider, ride.riderID), city: ride.city, amount: amount, movement: ride.rideID),
      time
    )
  }

  /// Within about 5 km, to a ten-thousandth of a degree.
  private mutating func place(near centre: Coordinate) -> Coordinate {
    func degrees(_ value: Double, _ offset: Int) -> Double { ((value * 10_000).rounded() + Double(offset)) / 10_000 }
    return Coordinate(
      latitude: degrees(centre.latitude, generator.pick(-450..<450)),
      longitude: degrees(centre.longitude, generator.pick(-450..<450))) ?? centre
  }

  private mutating func fare(in city: SimulatedCity, meters: Int, seconds: Int) -> Fare {
    let distance = city.base * meters / 2_500
    let time = city.base * seconds / 700
    let surge = generator.chance(perMille: 150) ? (city.base + distance + time) * generator.pick(1..<10) / 10 : 0
    let taxes = (city.base + distance + time + surge) * 8 / 100
    let tip = generator.chance(perMille: 300) ? city.base * generator.pick(1..<5) / 3 : 0
    let tolls = generator.chance(perMille: 60) ? city.base * 2 : 0
    return Fare(
      base: city.base, distance: distance, time: time, surge: surge, tolls: tolls, tip: tip, taxes: taxes,
      currency: city.currency)
  }

  private mutating func payment(rider: Int) -> Payment {
    switch generator.pick(0..<100) {
    case 0..<10: Payment(.wallet)
    case 10..<20: Payment(.cash)
    case 20..<23: Payment(.card, token: "tok_declined_insufficient_funds")
    default: Payment(.card, token: "tok_visa_\(1000 + rider)")
    }
  }
}
