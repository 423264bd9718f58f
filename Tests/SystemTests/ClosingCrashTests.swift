import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("Days that leave the state", .serialized) struct ClosingCrashTests {
  /// Rides of a day, which is a day of the shards' own clocks.
  private func publish(_ day: Int64, _ bench: SystemBench) async throws {
    let namespace = try await bench.namespace()
    let start = Timestamp(secondsSinceEpoch: day * 86_400)
    for shard in namespace.shards {
      let time = (start + .seconds(3600)).microsecondsSinceEpoch / 1000
      _ = try await bench.connection.call("SET", "rides:{\(shard)}:clock", "\(time)-0")
    }
    let methods = [Payment(.card, token: "tok_visa"), Payment(.cash), Payment(.wallet)]
    let events = (0..<60).map { index in
      var ride = RideCompleted(
        rideID: "ride-\(day)-\(index)", riderID: "rider-\(index % 7)", driverID: "driver-\(index % 5)",
        city: ["Paris", "London", "New York", "Tokyo", "Lima"][index % 5],
        fare: Fare(base: 1000 + index, taxes: 80, currency: .usd), payment: methods[index % 3])
      ride.completedAt = start + .seconds(3000 + index)
      return EncodedEvent(ride, timestamp: ride.completedAt ?? start)
    }
    _ = try await Publisher(namespace: namespace, connection: bench.connection).publish(events)
    let waited = try await bench.rides("wait", "--timeout", "60s")
    try #require(waited.status == 0, "\(waited.errors)")
  }

  /// The days of which journals are kept, in all shards.
  private func days(_ bench: SystemBench) async throws -> Set<String> {
    let state = ServiceState(namespace: try await bench.namespace(), connection: bench.connection)
    var days: Set<String> = []
    for service in ["payment", "driver"] {
      days.formUnion(try await state.hash(service, "journals").map(\.value.field).filter { !$0.contains("|") })
    }
    return days
  }

  @Test(
    "are closed once and as a whole, though workers are killed all the while: the books hold, and a rebuild comes to the same"
  )
  func killed() async throws {
    try await SystemBench.run { bench in
      var workers: [String: RidesProcess] = [:]
      for service in RideServices.standard.names { workers[service] = try bench.worker(service) }
      defer { workers.values.forEach { $0.crash() } }
      try await eventually("the namespace is there") {
        try await Namespace.find("rides", on: bench.connection) != nil
      }
      let first = Timestamp.now().day + 1
      for day in first..<(first + 9) { try await publish(day, bench) }
      #expect(try await days(bench).count == 9)

      workers["payment"]?.crash()
      let deadline = ContinuousClock.now + .seconds(240)
      var kills = 0
      while try await days(bench).count > 2, ContinuousClock.now < deadline {
        let service = kills % 2 == 0 ? "payment" : "driver"
        workers[service]?.crash()
        workers[service] = try bench.worker(service, "--keep-accounts", "1d")
        let before = try await days(bench).count
        try await eventually("a day begins to leave", within: .seconds(120)) {
          let count = try await days(bench).count
          return count < before || count <= 2
        }
        kills += 1
      }
      #expect(kills > 2)
      let waited = try await bench.rides("wait", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let audit = try await bench.rides("audit", "--archive", archive)
      #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
      for service in ["payment", "driver"] {
        let rebuilt = try await bench.rides("rebuild", service, "--from-archive", archive, "--dry-run")
        #expect(rebuilt.status == 0, "\(rebuilt.output)\(rebuilt.errors)")
      }
      let moment = "\(Timestamp(secondsSinceEpoch: (first + 2) * 86_400))"
      let past = try await bench.rides("trial-balance", "--at", moment, "--archive", archive)
      #expect(past.status == 0, "\(past.errors)")
      let none = try await bench.rides("trial-balance", "--at", moment, "--archive", "/nowhere/archive.sqlite")
      #expect(none.status != 0)
    }
  }
}
