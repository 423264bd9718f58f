import EventStreams
import EventStreamsTesting
import Metrics
import Testing

@testable import OrdersExample

func bonusService() -> EventService {
  var bonus = EventService("bonus")
  bonus.on(RideCompleted.self) { event in
    Effects {
      $0.increment("rides", event.data.driverID, by: 1)
      $0.when("rides", event.data.driverID, .isAtLeast(10)) {
        $0.increment("rides", event.data.driverID, by: -10)
        $0.increment("bonus", event.data.driverID, by: 500)
      }
    }
  }
  return bonus
}

func readingService() -> EventService {
  var service = EventService("reading")
  service.on(
    RideCompleted.self,
    reading: { [StateField("rides", $0.driverID)] },
    { event in
      let rides = try await event.shard.field("rides", event.data.driverID) ?? "0"
      return Effects { $0.append(to: "notes", "\(event.data.driverID) had \(rides)") }
    })
  return service
}

enum Charge {
  case captured, declined, unknownCurrency
  case busy(Duration)
}

protocol Gateway: Sendable {
  func charge(_ amount: Int, idempotencyKey: String) async throws -> Charge
}

func paymentService(_ gateway: any Gateway) -> EventService {
  var payment = EventService("payment", concurrency: 16, timeout: .seconds(10))
  payment.on(OrderPlaced.self) { event in
    switch try await gateway.charge(event.data.amount, idempotencyKey: event.id) {
    case .captured: return Effects { $0.set("payments", event.data.orderID, to: "charged") }
    case .declined: return Effects { $0.set("payments", event.data.orderID, to: "declined") }
    case .busy(let wait): throw RetryLater(after: wait, "the gateway has put us off", countsAsAttempt: false)
    case .unknownCurrency: throw Unprocessable("the gateway knows no such currency")
    }
  }
  return payment
}

func limitedService() -> EventService {
  var payment = EventService("payment", concurrency: 16, limits: ServiceLimits(rate: .perSecond(100), concurrency: 8))
  payment.on(OrderPlaced.self) { _ in .none }
  return payment
}

protocol Warehouse: Sendable {
  func insert(_ rows: [[UInt8]]) async throws
}

func mirrorService(_ warehouse: any Warehouse) -> EventService {
  let mirror = EventService("mirror") { events in
    try await warehouse.insert(events.map(\.json))
  }
  return mirror
}

@Suite("The documents' example") struct BonusTests {
  private let bonus = bonusService()

  @Test func tenthRideEarnsABonus() async throws {
    let harness = ServiceHarness(bonus)
    for ride in 1...10 { await harness.handle("RIDE_COMPLETED", #"{"driverId":"d-5"}"#, deaths: ride % 2) }
    #expect(try await harness.number("bonus", "d-5") == 500)
  }
}

struct TimedByType: HandlingMiddleware {
  func handle(_ attempt: EventAttempt, next: NextHandling) async -> HandlingResult {
    let start = ContinuousClock.now
    let result = await next()
    Timer(label: "handling", dimensions: [("type", attempt.event.type.rawValue), ("failed", "\(result.error != nil)")])
      .record(duration: ContinuousClock.now - start)
    return result
  }
}

func timedService() -> EventService {
  var bonus = bonusService()
  bonus.middleware = [TimedByType()]
  return bonus
}
