import CardGateway
import EventStreams
import EventStreamsOperations
import Foundation
import GatewayDouble
import RedisTestSupport
import RideHailing
import Testing

/// CARD_RIDES says how many, CARD_KILLS how often the worker is killed.
@Suite("When cards are charged over HTTP", .serialized) struct CardCrashTests {
  private static let rides = environment("CARD_RIDES") ?? 150
  private static let kills = environment("CARD_KILLS") ?? 3

  private static func environment(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  private func request(_ number: Int) -> EncodedEvent {
    let ride = RideRequested(
      rideID: "r-\(number)", riderID: "u-\(number % 40)", city: "city-\(number % 5)",
      quote: Quote(price: Money(1000 + number % 500, .eur), lockedUntil: .now() + .seconds(600)),
      payment: Payment(.card, token: "pm_card_visa"))
    return EncodedEvent(ride)
  }

  /// Every third costs more than is held, every fifth was not held for, every seventh does not take place.
  private func outcome(_ number: Int) -> EncodedEvent {
    if number % 7 == 0 {
      return EncodedEvent(
        RideCancelled(rideID: "r-\(number)", riderID: "u-\(number % 40)", city: "city-\(number % 5)", by: .rider))
    }
    return EncodedEvent(
      RideCompleted(
        rideID: "r-\(number)", riderID: "u-\(number % 40)", driverID: "d-\(number % 9)", city: "city-\(number % 5)",
        fare: Fare(base: number % 3 == 0 ? 1700 : 900, currency: .eur), payment: Payment(.card, token: "pm_card_visa")))
  }

  private func expected(_ number: Int) -> [String] {
    if number % 7 == 0 { return number % 5 == 0 ? [] : ["hold", "cancel"] }
    if number % 5 == 0 { return ["charge"] }
    return number % 3 == 0 ? ["hold", "capture", "charge"] : ["hold", "capture"]
  }

  @Test("each step is done once at the gateway, though answers are lost, it fails, and the worker is killed")
  func once() async throws {
    let double = try GatewayDouble()
    try await double.faults(["drop": 10, "fail": 5, "busy": 3, "limit": 2])
    try await SystemBench.run { bench in
      let key = bench.folder.appending(path: "key").path()
      try "\(GatewayDouble.key)\n".write(toFile: key, atomically: true, encoding: .utf8)
      func worker() throws -> RidesProcess {
        try bench.worker("payment", "--gateway", double.url, "--gateway-key-file", key)
      }
      var running = try worker()
      defer { running.crash() }
      try await eventually("the namespace is there") { try await bench.status("payment").count == 8 }
      let publisher = Publisher(namespace: try await bench.namespace(), connection: bench.connection)
      let numbers = Array(0..<Self.rides)
      _ = try await publisher.publish(numbers.filter { $0 % 5 != 0 }.map(request))
      _ = try await publisher.publish(numbers.map(outcome))
      let patience = Duration.seconds(120 + Self.rides / 20)
      let events = numbers.count { $0 % 5 != 0 } + numbers.count
      for part in 1...Self.kills {
        try await eventually("it is in the middle", within: patience) {
          try await bench.handled("payment") > part * events / (Self.kills + 2)
        }
        running.crash()
        running = try worker()
      }
      let waited = try await bench.rides(
        "wait", "--service", "payment", "--timeout", "\(patience.components.seconds)s")
      #expect(waited.status == 0, "\(waited.errors)")
      var done: [String: [String]] = [:]
      for (ride, executions) in try await double.executions() { done[ride] = executions.map(\.what) }
      for number in numbers { #expect(done["r-\(number)", default: []] == expected(number), "r-\(number)") }
      let dead = try await bench.rides("dead", "list", "--format", "json")
      #expect(dead.output == "[]\n")

      try await double.faults(["drop": 0, "fail": 0, "busy": 0, "limit": 0])
      let same = try await bench.rides("reconcile", "gateway", "--gateway", double.url, "--gateway-key-file", key)
      #expect(same.status == 0, "\(same.output)\(same.errors)")
      // What somebody gives back by hand is found.
      let charge = try #require(try await double.executions(of: "r-1").first { $0.what == "capture" })
      _ = try await double.client().refund(100, of: charge.of, metadata: [], key: "by hand")
      let other = try await bench.rides(
        "reconcile", "gateway", "--gateway", double.url, "--gateway-key-file", key, "--format", "json")
      #expect(other.status == 1)
      #expect(other.output.contains(#""kind":"refunded","charge":"\#(charge.of)","ride":"r-1""#), "\(other.output)")
    }
  }
}
