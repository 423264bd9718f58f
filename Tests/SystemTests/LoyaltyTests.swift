import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

/// A seventh service, which the program is given by somebody else: a folder and a line, in `LoyaltyRides`.
@Suite("A service of somebody else's") struct LoyaltyTests {
  private func ride(_ id: String, _ city: String, _ total: Int, at time: Timestamp) -> String {
    let event = RideCompleted(
      rideID: id, riderID: "u-1", driverID: "d-1", city: city, fare: Fare(base: total, currency: .eur),
      payment: Payment(.cash))
    return String(decoding: EncodedEvent(event, timestamp: time).json, as: UTF8.self) + "\n"
  }

  private func run(_ bench: SystemBench, _ arguments: String..., input: String = "") async throws -> TestProgram.Run {
    try await RidesProcess.run(all: arguments, redis: bench.url, input: input, program: "LoyaltyRides")
  }

  @Test("is in services, status, trace, audit and rebuild, and a wrong balance of it is found")
  func loyalty() async throws {
    try await SystemBench.run { bench in
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let services = try RidesProcess(
        [
          "up", "--listen", "unix:\(bench.folder.appending(path: "s").path())", "--archive", archive, "--outbox",
          bench.folder.appending(path: "outbox").path(),
        ], redis: bench.url, isQuiet: true, program: "LoyaltyRides")
      defer { services.stop() }
      let (now, longAgo) = (Timestamp.now(), Timestamp.now() - .seconds(400 * 86_400))
      let published = try await run(
        bench, "publish",
        input: ride("r-1", "Paris", 1_299, at: now) + ride("r-2", "Lyon", 2_050, at: now)
          + ride("r-3", "Nice", 900, at: longAgo))
      #expect(published.status == 0, "\(published.errors)")
      try await settled(bench, points: 32, expired: 1)

      let names = try await run(bench, "services", "--names")
      #expect(names.output.split(separator: "\n").last == "loyalty")
      let status = try await run(bench, "status")
      #expect(status.output.contains("loyalty"))
      let trace = try await run(bench, "trace", "r-1")
      #expect(trace.output.contains(/done: [a-z, ]*loyalty/), "\(trace.output)")
      let audit = try await run(bench, "audit", "--archive", archive)
      #expect(audit.status == 0, "\(audit.output)")
      let rebuild = try await run(bench, "rebuild", "loyalty", "--archive", archive)
      #expect(rebuild.status == 0, "\(rebuild.output) \(rebuild.errors)")

      let namespace = try await bench.namespace()
      let home = namespace.state(namespace.shard(of: "u-1"), "loyalty", "points")
      _ = try await bench.connection.call("HINCRBY", home, "u-1", "5")
      let wrong = try await run(bench, "audit", "--archive", archive)
      #expect(wrong.status == 1)
      #expect(wrong.output.contains("alteredRecord loyalty"), "\(wrong.output)")
      #expect(wrong.output.contains("points[u-1]: expected 32, found 37"), "\(wrong.output)")
      let rebuilt = try await run(bench, "rebuild", "loyalty", "--archive", archive, "--apply")
      #expect(rebuilt.status == 0, "\(rebuilt.output) \(rebuilt.errors)")
      #expect(try await run(bench, "audit", "--archive", archive).status == 0)
    }
  }

  /// Waits until all rides have come to points, and those of some have expired.
  private func settled(_ bench: SystemBench, points: Int, expired: Int) async throws {
    try await eventually("points are counted") {
      guard let namespace = try await Namespace.find("rides", on: bench.connection) else { return false }
      let state = ServiceState(namespace: namespace, connection: bench.connection)
      let found = try await state.field("loyalty", "points", "u-1").first.flatMap { Int($0.value) }
      let earned = try await state.hash("loyalty", "earned").count
      let rides = try await state.hash("loyalty", "rides").count
      guard found == points, rides == earned + expired else { return false }
      let inspector = Inspector(namespace: namespace, connection: bench.connection)
      return try await inspector.remaining(namespace.services(on: bench.connection).map(\.service)).isEmpty
    }
  }
}
