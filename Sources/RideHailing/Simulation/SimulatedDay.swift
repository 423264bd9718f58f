public import EventStreams
import HeapModule

/// Days in simulated cities, as events in the order of their time: rides as ``RideSimulator`` makes them, more of them in the
/// morning and in the evening of each city's own clock, and at those hours crowds at a station who ask for more cars than come. If that is wanted,
/// with the whole life of each ride and of those that come to nothing.
///
/// The same for the same seed, cities, number of rides, days and end.
public struct SimulatedDay: Sequence, IteratorProtocol, Sendable {
  /// People who ask for a ride at one place and within minutes, and the few cars that become free there.
  private struct Rush: Sendable {
    let city: SimulatedCity
    let time: Timestamp
    let riders: Int
    let cars: Int
  }

  private struct Coming: Comparable, Sendable {
    let order: Int
    let event: EncodedEvent
    let time: Timestamp

    static func < (a: Coming, b: Coming) -> Bool { (a.time, a.order) < (b.time, b.order) }
    static func == (a: Coming, b: Coming) -> Bool { a.order == b.order }
  }

  private let seed: UInt64
  private let rides: Int
  private let cities: [SimulatedCity]
  private let begin: Timestamp
  private let end: Timestamp
  /// Nil for requests and completions alone.
  private let life: SimulatedLife?
  /// When vacant cars are looked at next.
  private var nextLook: Timestamp
  /// How many ride in each slot of the day, by city.
  private let riders: [[Int]]
  /// How many ride in all cities up to the end of each slot.
  private let sums: [Int]
  private var simulator: RideSimulator
  private var generator: SplitMix64
  private var ride = 0
  private var rushes: [Rush] = []
  private var coming = Heap<Coming>()
  private var order = 0

  private static let slotSeconds = 600
  private static let slotsPerDay = 24 * 3600 / slotSeconds
  private static let lookSeconds = 300
  /// There are rushes once in so many rides, the last of them at the end of the day.
  private static let ridesPerRush = 64
  private static let rushSeconds = 180
  /// No ride is asked for so long before it ends, rushes included.
  private static let longestRide = Duration.seconds(70 * 60)

  /// A day, or several.
  ///
  /// - Parameters:
  ///   - rides: how many end in them.
  ///   - days: of 24 hours.
  ///   - end: of the last one.
  ///   - wholeLife: whether also looks at prices, acceptance, start, cancellations, tips and vacant cars are told.
  public init(
    seed: UInt64, cities: [SimulatedCity] = SimulatedCity.all, rides: Int, days: Int = 1, end: Timestamp = .now(),
    wholeLife: Bool = false
  ) {
    self.seed = seed
    self.rides = rides
    self.cities = cities.isEmpty ? SimulatedCity.all : cities
    let begin = end - .seconds(24 * 3600 * days)
    self.begin = begin
    self.end = end
    life = wholeLife ? SimulatedLife(seed: seed) : nil
    nextLook = begin
    let riders = (0..<Self.slotsPerDay * days).map { [cities = self.cities] slot in
      cities.map { $0.riders(at: begin + .seconds(slot * Self.slotSeconds)) }
    }
    self.riders = riders
    sums = riders.reduce(into: []) { $0.append(($0.last ?? 0) + $1.reduce(0, +)) }
    simulator = RideSimulator(seed: seed, cities: self.cities)
    generator = SplitMix64(seed: ~seed)
  }

  /// The next event of the day.
  public mutating func next() -> EncodedEvent? {
    while ride < rides, coming.min.map({ $0.time > time(of: ride) - Self.longestRide }) ?? true {
      makeRide()
    }
    if let life, nextLook < end, coming.min.map({ $0.time >= nextLook }) ?? true {
      for city in cities {
        let cars = life.cars(in: city, at: nextLook, for: .seconds(Self.lookSeconds * 2))
        add(cars, at: nextLook)
      }
      nextLook = nextLook + .seconds(Self.lookSeconds)
    }
    return coming.popMin()?.event
  }

  /// When a ride ends: they are spread as the riders of all cities are.
  private func time(of ride: Int) -> Timestamp {
    let place = (Double(ride) + 0.5) / Double(rides) * Double(sums[sums.count - 1])
    let slot = sums.firstIndex { Double($0) > place } ?? sums.count - 1
    let before = slot == 0 ? 0 : sums[slot - 1]
    let part = (place - Double(before)) / Double(sums[slot] - before)
    return begin + .seconds((Double(slot) + part) * Double(Self.slotSeconds))
  }

  private mutating func makeRide() {
    // Counted from the end, where the last rush is.
    let left = rides - 1 - ride
    let place = left % Self.ridesPerRush
    if ride == 0 || place == Self.ridesPerRush - 1 { makeRushes(at: time(of: ride + place), isLast: left == place) }
    let time = time(of: ride)
    ride += 1
    // The last rides before a rush bring the cars that become free there.
    var first = 0
    for rush in rushes {
      if (first..<first + rush.cars).contains(place) {
        let end = rush.time - .seconds(generator.pick(0..<Self.rushSeconds))
        return add(simulator.ride(in: rush.city, endingAt: end, dropoff: rush.city.centre), in: rush.city)
      }
      first += rush.cars
    }
    let city = city(at: time)
    add(simulator.ride(in: city, endingAt: time), in: city)
  }

  private func riders(at time: Timestamp) -> [Int] {
    riders[Swift.min(riders.count - 1, Int((time - begin).components.seconds) / Self.slotSeconds)]
  }

  private mutating func city(at time: Timestamp) -> SimulatedCity {
    let weights = riders(at: time)
    var place = generator.pick(0..<weights.reduce(0, +))
    for (city, weight) in zip(cities, weights) {
      if place < weight { return city }
      place -= weight
    }
    return cities[0]
  }

  private mutating func makeRushes(at time: Timestamp, isLast: Bool) {
    let crowded = zip(cities, riders(at: time)).filter { $0.1 >= SimulatedCity.rush }.map(\.0)
      .shuffled(using: &generator)
    rushes = crowded.prefix(isLast ? 3 : 2).map { city in
      Rush(city: city, time: time, riders: generator.pick(12..<20), cars: generator.pick(1..<4))
    }
    for rush in rushes {
      for rider in 0..<rush.riders {
        let request = RideRequested(
          rideID: "sim-\(seed)-\(ride)-\(rush.city.slug)-\(rider)",
          riderID: "rider-\(rush.city.slug)-\(generator.pick(0..<RideSimulator.ridersPerCity))", city: rush.city.name,
          pickup: rush.city.centre)
        add(request, at: rush.time - .seconds(generator.pick(0..<Self.rushSeconds)))
      }
    }
  }

  private mutating func add(_ ride: RideSimulator.Ride, in city: SimulatedCity) {
    if let life {
      let all = life.events(of: ride, self.ride, in: city) + life.failure(beside: ride, self.ride, in: city)
      // What comes after the end is not told.
      for (event, time) in all where time <= end { add(event, at: time) }
      return
    }
    if let deposited = ride.deposited { add(deposited.event, at: deposited.at) }
    add(ride.requested.event, at: ride.requested.at)
    add(ride.completed.event, at: ride.completed.at)
  }

  private mutating func add(_ event: some EventData, at time: Timestamp) {
    add(EncodedEvent(event, timestamp: time), at: time)
  }

  private mutating func add(_ event: EncodedEvent, at time: Timestamp) {
    coming.insert(Coming(order: order, event: event, time: time))
    order += 1
  }
}
