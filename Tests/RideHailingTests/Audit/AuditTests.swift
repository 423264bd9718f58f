import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("The audit") struct AuditTests {
  private static func report(_ bench: RideBench) async throws -> AuditReport {
    try await bench.audit(archive: FileManager.default.fileExists(atPath: bench.configuration.archivePath))
  }

  @Test("counts an event that was published again after its id was forgotten once")
  func repetition() async throws {
    try await RideBench.run { bench in
      try await bench.running(RideServices.standard.names) {
        _ = try await bench.publish([EncodedEvent(completedRide()), EncodedEvent(completedRide("r2"))])
        try await bench.settled(RideServices.standard.names)
      }
      let shard = bench.namespace.shard(of: completedRide().city)
      // As if the log had been lost after it had been published first.
      let log = try await Inspector(namespace: bench.namespace, connection: bench.connection)
        .entries(shard: shard, after: .zero, limit: 100)
      let archive = try Archive(path: bench.configuration.archivePath, of: .rides)
      for entry in log {
        let header = try EventHeader(ofEvent: entry.json.span, fallbackID: "")
        guard header.type == RideCompleted.eventType else { continue }
        let earlier = EntryID(milliseconds: entry.id.milliseconds - 100_000, sequence: entry.id.sequence)
        try await archive.store([
          RecordedEvent(shard: shard, entryID: earlier, header: header, json: entry.json)
        ])
      }
      let report = try await Self.report(bench)
      #expect(report.violations.isEmpty, "\(report.violations)")
      #expect(report.rides == 2)
    }
  }

  @Test("finds nothing wrong with events that were logged twice: they are booked once")
  func doubled() async throws {
    try await RideBench.run { bench in
      var ride = completedRide()
      ride.riderEmail = "rider-1@example.com"
      try await bench.running(RideServices.standard.names) {
        _ = try await bench.publish([
          EncodedEvent(ride), EncodedEvent(ride, id: "another"),
          EncodedEvent(RideRated(rideID: "r1", driverID: "driver-1", city: ride.city, stars: 4)),
        ])
        try await bench.settled(RideServices.standard.names)
        // As if its id were forgotten: all that there is once more, the services' own events too.
        let shard = bench.namespace.shard(of: ride.city)
        let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
        for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100) {
          try await bench.append(
            String(decoding: entry.json, as: UTF8.self), to: bench.namespace.log(shard, entry.topic))
        }
        try await bench.settled(RideServices.standard.names)
      }
      #expect(try await bench.types()["RECEIPT_SENT"] == 2, "one, and its copy")
      for archive in [true, false] {
        let report = try await bench.audit(archive: archive)
        #expect(report.violations.isEmpty, "\(report.violations)")
      }
      let mails = try FileManager.default.contentsOfDirectory(atPath: bench.outbox + "/new")
      #expect(mails.count == 1)
    }
  }

  @Test("lists what is on its way or dead, and does not call it wrong")
  func inFlight() async throws {
    try await RideBench.run { bench in
      try await bench.running(["payment", "rating"]) {
        _ = try await bench.publish([EncodedEvent(completedRide())])
        _ = try await bench.connection.call(
          "XADD", bench.namespace.log(bench.namespace.shard(of: "New York"), RideTopics.rides), "*", "event", "no event"
        )
        try await bench.settled(["payment", "rating"])
      }
      let report = try await Self.report(bench)
      #expect(report.violations.isEmpty, "\(report.violations)")
      #expect(report.progress["payment"]?[.dead] == 1)
      #expect((report.progress["driver"]?[.undelivered] ?? 0) > 1)
      #expect(report.inFlight.contains { $0.service == "driver" && $0.event == "RIDE_COMPLETED:r1" })
    }
  }

  @Test("takes no offence at a movement that is booked while accounts are read")
  func openedMeanwhile() async throws {
    try await RideBench.run { bench in
      let deposit = AccountDeposited(
        AccountHolder(.rider, "u"), city: "New York", amount: Money(5000, .usd), movement: "m")
      try await bench.running(["payment"]) {
        _ = try await bench.publish([EncodedEvent(deposit)])
        try await bench.settled(["payment"])
      }
      let shard = bench.namespace.shard(of: deposit.city)
      // As it was read: the position before the event, and then what was booked.
      _ = try await bench.connection.call(
        "XGROUP", "SETID", bench.namespace.log(shard, RideTopics.accounts), "payment", "0")
      _ = try await bench.connection.call(
        "HSET", "\(bench.namespace.name):{\(shard)}:lease:payment", "position", "0-0")
      let report = try await Self.report(bench)
      #expect(report.progress["payment"]?[.undelivered] == 1)
      #expect(report.journals == 1)
      #expect(report.violations.isEmpty, "\(report.violations)")
    }
  }
}
