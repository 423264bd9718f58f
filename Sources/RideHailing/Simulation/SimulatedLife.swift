import EventStreams

/// What happens around simulated rides: looks at prices, requests at a price that is held, drivers who take them, tips minutes or days later, and all
/// that comes to nothing: who only looks, who calls off with a fee or without, who finds no car, who comes too late for a price.
///
/// The same for the same seed; what happens around one ride does not depend on the others.
struct SimulatedLife: Sendable {
  private let seed: UInt64
  /// How long a price is held.
  private static let lock = Duration.seconds(120)

  init(seed: UInt64) { self.seed = seed }

  private func generator(_ index: Int, _ what: UInt64) -> SplitMix64 {
    SplitMix64(seed: seed &* 0x9e37_79b9 &+ UInt64(truncatingIfNeeded: index) &* 8 &+ what)
  }

  /// The events of a ride, in their order.
  func events(of ride: RideSimulator.Ride, _ index: Int, in city: SimulatedCity) -> [(EncodedEvent, Timestamp)] {
    var generator = generator(index, 0)
    var completed = ride.completed.event
    var request = ride.requested.event
    let fare = completed.fare
    let own = fare.base + fare.distance + fare.time
    let quote = Quote(
      price: Money(fare.total - fare.tip - fare.tolls, fare.currency),
      multiplier: 10 + (own > 0 ? fare.surge * 10 / own : 0),
      lockedUntil: ride.requested.at + Self.lock - .seconds(generator.pick(5..<110)))
    request.pool = generator.chance(perMille: 120) ? "xl" : nil
    request.quote = quote
    request.payment = completed.payment
    completed.quote = quote
    let quoted = RideQuoted(
      rideID: request.rideID, riderID: request.riderID, city: city.name, pickup: request.pickup,
      dropoff: request.dropoff, pool: request.pool, quote: quote)
    let begin = completed.startedAt ?? ride.completed.at
    let arrival = generator.pick(20..<55)
    let accepted = RideAccepted(
      rideID: request.rideID, driverID: completed.driverID, city: city.name, place: request.pickup,
      arrivalSeconds: arrival)
    var events: [(any EventData, Timestamp)] = []
    if let deposited = ride.deposited { events.append(deposited) }
    events += [
      (quoted, quote.lockedUntil - Self.lock), (request, ride.requested.at), (accepted, begin - .seconds(arrival)),
      (
        RideStarted(rideID: request.rideID, driverID: completed.driverID, city: city.name, place: request.pickup), begin
      ),
      (completed, ride.completed.at),
    ]
    if fare.tip == 0, completed.payment.method != .cash, generator.chance(perMille: 120) {
      let later = generator.chance(perMille: 700) ? generator.pick(60..<3600) : generator.pick(86_400..<259_200)
      let tip = RideTipped(
        rideID: request.rideID, riderID: completed.riderID, driverID: completed.driverID, city: city.name,
        amount: Money(city.base * generator.pick(1..<5) / 3, fare.currency))
      events.append((tip, ride.completed.at + .seconds(later)))
    }
    events += contested(completed, ride.completed.at, index)
    return events.map { (EncodedEvent(event: $0, at: $1), $1) }
  }

  /// What the gateway tells of a payment that is contested, as few are of those that a card has paid: that it is, and how that ends.
  private func contested(_ ride: RideCompleted, _ time: Timestamp, _ index: Int) -> [(any EventData, Timestamp)] {
    var generator = generator(index, 3)
    guard ride.payment.method == .card, SandboxGateway.declineReason(of: ride.payment.token ?? "") == nil,
      generator.chance(perMille: 10)
    else { return [] }
    let dispute = "dp_\(generator.chance(perMille: 400) ? "won" : "lost")_\(ride.rideID)"
    return [("created", generator.pick(3_600..<86_400)), ("closed", generator.pick(86_400..<259_200))].map {
      what, later in
      (
        GatewayNotified(
          rideID: ride.rideID, riderID: ride.riderID, city: ride.city, notice: "evt_\(dispute)_\(what)",
          subject: "charge.dispute.\(what)", reference: "pi_\(RideRequested.eventID(ofRide: ride.rideID))",
          dispute: dispute), time + .seconds(later)
      )
    }
  }

  /// What comes to nothing beside a ride, if anything does, at about the time at which it is asked for.
  func failure(beside ride: RideSimulator.Ride, _ index: Int, in city: SimulatedCity) -> [(EncodedEvent, Timestamp)] {
    var generator = generator(index, 1)
    guard generator.chance(perMille: 400) else { return [] }
    let time = ride.requested.at
    let id = "\(ride.requested.event.rideID)-x"
    let rider = "rider-\(city.slug)-\(generator.pick(0..<RideSimulator.ridersPerCity))"
    let driver = ride.completed.event.driverID
    let quote = Quote(
      price: Money(city.base * generator.pick(2..<9), city.currency), lockedUntil: time + Self.lock)
    let quoted = RideQuoted(
      rideID: id, riderID: rider, city: city.name, pickup: ride.requested.event.pickup,
      dropoff: ride.requested.event.dropoff, quote: quote)
    func request(after seconds: Int) -> (any EventData, Timestamp) {
      (
        RideRequested(
          rideID: id, riderID: rider, city: city.name, pickup: quoted.pickup, dropoff: quoted.dropoff, quote: quote,
          payment: Payment(.card, token: "tok_visa_\(rider.utf8.count)")), time + .seconds(seconds)
      )
    }
    func cancelled(
      by party: RideCancelled.Party, after seconds: Int, _ reason: String, driver: String? = nil, fee: Int = 0
    ) -> (any EventData, Timestamp) {
      (
        RideCancelled(
          rideID: id, riderID: rider, driverID: driver, city: city.name, by: party, reason: reason,
          fee: fee > 0 ? Money(fee, city.currency) : nil), time + .seconds(seconds)
      )
    }
    let accepted = (
      RideAccepted(rideID: id, driverID: driver, city: city.name, arrivalSeconds: 300) as any EventData,
      time + .seconds(40)
    )
    var events: [(any EventData, Timestamp)] = [(quoted, time)]
    switch generator.pick(0..<100) {
    case 0..<50: break
    case 50..<68: events += [request(after: 20), cancelled(by: .rider, after: 35, "changed plans")]
    case 68..<78:
      events += [
        request(after: 20), accepted,
        cancelled(by: .rider, after: 240, "called off late", driver: driver, fee: city.base),
      ]
    case 78..<84:
      events += [request(after: 20), accepted, cancelled(by: .driver, after: 200, "rider not there", driver: driver)]
    case 84..<97: events += [request(after: 20), cancelled(by: .system, after: 300, "no car was found")]
    default: events += [request(after: 150), cancelled(by: .system, after: 151, "the price was not held any more")]
    }
    return events.map { (EncodedEvent(event: $0, at: $1), $1) }
  }

  /// The vacant cars of a city at a moment: few when many ride.
  func cars(in city: SimulatedCity, at time: Timestamp, for duration: Duration) -> EncodedEvent {
    var generator = generator(
      Int(time.minute), UInt64(truncatingIfNeeded: city.name.utf8.reduce(2) { $0 &* 31 &+ Int($1) }))
    let most = max(2, 16 - city.riders(at: time))
    let centre = GridCell(of: city.centre)
    var cells: [CarsSeen.Cell] = []
    for dx in -3...3 {
      for dy in -4...4 {
        guard let cell = centre.neighbour(dx, dy) else { continue }
        // Hardly any where crowds are.
        let isCentre = dx == 0 && dy == 0
        cells.append(.init(cell.name, vacant: isCentre ? 0 : generator.pick(0..<most) / 4))
      }
    }
    return EncodedEvent(CarsSeen(city: city.name, at: time, until: time + duration, cells: cells), timestamp: time)
  }
}

extension EncodedEvent {
  fileprivate init(event: any EventData, at time: Timestamp) {
    func encode<Data: EventData>(_ data: Data) -> EncodedEvent { EncodedEvent(data, timestamp: time) }
    self = encode(event)
  }
}
