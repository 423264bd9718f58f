import EventArchive
import EventStreams
import HiredisClient
import RedisTestSupport
import Testing

@testable import RideHailing

/// An audit of services that are at work: what they do between two of its looks is not wrong.
@Suite("The audit of services at work") struct LiveAuditTests {
  private static let services = RideServices.standard.names
  private static let riders = 12

  /// Rides that leave something owed, by card and by wallet, and some that don't.
  private static func rides(_ generator: inout SplitMix64) -> [RideCompleted] {
    (0..<240).map { number in
      var ride = completedRide("r-\(number)", fare: Fare(base: 1000 + number, taxes: 80, currency: .usd))
      ride.riderID = "rider-\(number % riders)"
      ride.driverID = "driver-\(number % 7)"
      ride.city = ["New York", "Chicago"][number % 2]
      ride.payment =
        switch generator.pick(0..<10) {
        case 0..<4: Payment(.wallet)
        case 4..<7: Payment(.card, token: "tok_declined_stolen")
        case 7: Payment(.cash)
        default: Payment(.card, token: "tok_visa")
        }
      return ride
    }
  }

  /// What people do about rides that are long over, and about what they owe for them.
  private static func act(_ number: Int, about rides: [RideCompleted], _ generator: inout SplitMix64) -> EncodedEvent {
    let ride = rides[generator.pick(0..<rides.count)]
    let name = "\(number)"
    return switch generator.pick(0..<8) {
    case 0..<3:
      EncodedEvent(
        AccountDeposited(
          AccountHolder(.rider, ride.riderID), city: ride.city, amount: Money(generator.pick(1..<2500), .usd),
          movement: name))
    case 3:
      EncodedEvent(
        CardChanged(
          riderID: ride.riderID, city: ride.city,
          card: generator.chance(perMille: 500) ? "tok_visa" : "tok_declined_lost", change: name))
    case 4:
      EncodedEvent(
        RefundRequested(
          of: CorrectedRide(ride), amount: generator.pick(1..<40), correction: name, reason: "rough"))
    case 5:
      EncodedEvent(
        RideTipped(
          rideID: ride.rideID, riderID: ride.riderID, driverID: ride.driverID, city: ride.city,
          amount: Money(generator.pick(50..<300), .usd), tip: name))
    case 6:
      EncodedEvent(
        WriteOffRequested(
          rideID: ride.rideID, riderID: ride.riderID, city: ride.city, reason: "kindness", request: name))
    default:
      EncodedEvent(
        GatewayNotified(
          rideID: ride.rideID, riderID: ride.riderID, city: ride.city, notice: "evt_\(name)",
          subject: "charge.dispute.created", reference: "ch_RIDE_COMPLETED:\(ride.rideID)",
          dispute: "dp_\(["won", "lost", "open"][generator.pick(0..<3)])_\(ride.rideID)"))
    }
  }

  @Test("finds nothing wrong while everything is under way")
  func underWay() async throws {
    let seed = UInt64.random(in: 1...1_000_000)
    var generator = SplitMix64(seed: seed)
    let rides = Self.rides(&generator)
    let (first, next) = (generator, Self.act)
    try await RideBench.run { bench in
      try await bench.running(Self.services) {
        _ = try await bench.publish(rides.map { EncodedEvent($0) })
        try await bench.settled(Self.services)
        try await withThrowingTaskGroup { group in
          group.addTask {
            let publisher = Publisher(namespace: bench.namespace, connection: Connection(bench.server.url))
            var (number, generator) = (0, first)
            // As fast as payment handles it.
            do {
              while !Task.isCancelled {
                let acts = (number..<number + 5).map { next($0, rides, &generator) }
                _ = try await publisher.publish(acts)
                number += acts.count
                try await bench.settled(["payment"])
              }
            } catch is CancellationError {}
          }
          for audit in 0..<6 {
            let violations = try await bench.audit(archive: true).violations
            #expect(violations.map(\.description).prefix(3) == [], "seed \(seed), audit \(audit)")
          }
          group.cancelAll()
          try await group.waitForAll()
        }
        try await bench.settled(Self.services)
      }
      #expect(try await bench.audit(archive: true).violations.map(\.description).prefix(3) == [], "seed \(seed)")
    }
  }
}
