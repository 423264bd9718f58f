import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Testing

@testable import RideHailing

/// Days that pass as fast as they can be handled: the shards' own clocks are put forward, from which entries get their ids.
struct SimulatedDays: Sendable {
  let bench: RideBench
  let first: Int64
  let ridesPerDay: Int
  private static let cities = ["Paris", "London", "New York", "Tokyo"]

  /// Days after today.
  init(_ bench: RideBench, from first: Int64 = Timestamp.now().day + 1, ridesPerDay: Int = 40) {
    self.bench = bench
    self.first = first
    self.ridesPerDay = ridesPerDay
  }

  var archive: ArchiveReader {
    get throws { try ArchiveReader(path: bench.configuration.archivePath, of: .rides) }
  }

  var inspector: Inspector { Inspector(namespace: bench.namespace, connection: bench.connection) }

  var closed: ClosedJournals {
    get throws { ClosedJournals(archive: try archive, inspector: inspector) }
  }

  func start(of day: Int) -> Timestamp { RecordsRemoved.start(of: first + Int64(day)) }

  /// Puts the clocks forward.
  func begin(_ day: Int) async throws {
    for shard in bench.namespace.shards {
      let time = (start(of: day) + .seconds(3600)).microsecondsSinceEpoch / 1000
      _ = try await bench.connection.call("SET", "rides:{\(shard)}:clock", "\(time)-0")
    }
  }

  func ride(_ day: Int, _ index: Int) -> RideCompleted {
    let city = Self.cities[index % 4]
    let methods = [
      Payment(.card, token: "tok_visa"), Payment(.wallet), Payment(.cash),
      Payment(.card, token: "tok_declined_stolen_card"),
    ]
    var ride = RideCompleted(
      rideID: "ride-\(day)-\(index)", riderID: "rider-\(index % 12)", driverID: "driver-\(index % 12)", city: city,
      fare: Fare(base: 1000 + day * 10 + index, tip: index, taxes: 80, currency: index % 4 == 1 ? .eur : .usd),
      payment: methods[(day + index / 4) % 4])
    ride.riderEmail = "rider-\(index % 12)@example.com"
    ride.completedAt = start(of: day) + .seconds(3000 + index)
    return ride
  }

  /// What happens on a day: rides, corrections of some of them and of some of the day before, money that comes and goes, ratings.
  func events(_ day: Int) -> [[EncodedEvent]] {
    let time = start(of: day) + .seconds(4000)
    let rides = (0..<ridesPerDay).map { ride(day, $0) }
    var later: [EncodedEvent] = []
    for (index, ride) in rides.enumerated() where index % 10 == 3 {
      later.append(
        EncodedEvent(
          RefundRequested(of: CorrectedRide(ride), amount: 7, correction: "r", reason: "late"),
          timestamp: time + .seconds(index)))
    }
    if day > 0 {
      let ride = ride(day - 1, 5)
      if let fare = ride.fare.changed(total: ride.fare.total + 100, tip: 0, tolls: 0, taxes: 80) {
        later.append(
          EncodedEvent(
            FareAdjustmentRequested(of: CorrectedRide(ride), newFare: fare, correction: "a", reason: "detour"),
            timestamp: time + .seconds(100)))
      }
    }
    for index in 0..<12 {
      let ride = rides[index]
      later.append(
        EncodedEvent(
          AccountWithdrawalRequested(
            AccountHolder(.driver, ride.driverID), city: ride.city, amount: Money(500, ride.fare.currency),
            movement: "w-\(day)-\(index)"), timestamp: time + .seconds(200 + index)))
      later.append(
        EncodedEvent(
          AccountDeposited(
            AccountHolder(.rider, ride.riderID), city: ride.city, amount: Money(2000, ride.fare.currency),
            movement: "d-\(day)-\(index)"), timestamp: time + .seconds(300 + index)))
      later.append(
        EncodedEvent(
          RideRated(rideID: ride.rideID, driverID: ride.driverID, city: ride.city, stars: 1 + index % 5),
          timestamp: time + .seconds(400 + index)))
    }
    return [rides.map { EncodedEvent($0, timestamp: $0.completedAt ?? time) }, later]
  }

  /// Lets a day pass; each part is handled before the next.
  func pass(_ day: Int) async throws {
    try await begin(day)
    for part in events(day) {
      _ = try await bench.publish(part)
      try await bench.settled(RideServices.standard.names)
    }
  }

  /// Closes days until none is past its time.
  @discardableResult
  func close(
    _ keeping: Keeping, mostAtOnce: Int = 50, handledBy services: [String] = RideServices.standard.names
  ) async throws -> [DayClosing.Result] {
    var closing = DayClosing(namespace: bench.namespace, connection: bench.connection, keeping: keeping)
    closing.mostAtOnce = mostAtOnce
    var all: [DayClosing.Result] = []
    while true {
      let results = try await closing.run()
      // Its worker says so every two seconds.
      if results.contains(where: { $0.heldBy == "analytics: unconfirmed" }) {
        try await Task.sleep(for: .milliseconds(20))
        continue
      }
      all += results
      if results.isEmpty || results.contains(where: { $0.heldBy != nil }) { return all }
      try await bench.settled(services)
    }
  }

  /// The bytes that services' state takes, of the keys that are meant.
  func memory(_ services: [String] = RideServices.standard.names, where isMeant: (String) -> Bool = { _ in true })
    async throws
    -> Int
  {
    var sum = 0
    for service in services {
      for shard in bench.namespace.shards {
        let prefix = bench.namespace.state(shard, service, "")
        for key in try await bench.connection.strings(["KEYS", "\(prefix)*"])
        where isMeant(String(key.dropFirst(prefix.count))) {
          sum += try await bench.connection.integer(["MEMORY", "USAGE", key, "SAMPLES", "0"])
        }
      }
    }
    return sum
  }
}
