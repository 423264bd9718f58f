import EventStreams
import Foundation
import GRDB
import Redis
import RedisTestSupport
import RideHailing
import Testing

@Suite("The audit") struct AuditTests {
  /// Handles some rides with all services, spoils something, and audits.
  private func audit(
    spoiling spoil: (RideBench, Int) async throws -> Void = { _, _ in }
  ) async throws -> AuditReport {
    var found: AuditReport?
    try await RideBench.run { bench in
      var ride = completedRide()
      ride.riderEmail = "rider-1@example.com"
      let shard = bench.topic.shard(of: ride.city)
      try await bench.running(RideServices.names) {
        _ = try await bench.publish([EncodedEvent(ride), EncodedEvent(completedRide("r2"))])
        try await bench.settled(RideServices.names)
      }
      try await spoil(bench, shard)
      found = try await Self.report(bench)
    }
    return try #require(found)
  }

  private static func report(_ bench: RideBench) async throws -> AuditReport {
    try await bench.audit(archive: FileManager.default.fileExists(atPath: bench.configuration.archivePath))
  }

  /// Removes the entries of a ride from an account, or adds them once more; keeps the balance right.
  private static func change(
    _ bench: RideBench, _ shard: Int, _ service: String, ride: String, add: Bool
  ) async throws {
    let keys = try await bench.connection.strings(["KEYS", bench.topic.state(shard, service, "account:*")])
    for key in keys {
      let account = String(key.dropFirst(bench.topic.state(shard, service, "account:").count))
      let records = try await bench.state.records(service, "account:\(account)", as: AccountEntry.self)
      _ = try await bench.connection.call("DEL", key)
      for entry in records.map(\.value) {
        let times = entry.rideID == ride ? add ? 2 : 0 : 1
        let json = String(decoding: JSONWriter.bytes(of: entry), as: UTF8.self)
        for _ in 0..<times { _ = try await bench.connection.call("XADD", key, "*", "record", json) }
        let difference = (times - 1) * entry.amount.minorUnits
        _ = try await bench.connection.call(
          "HINCRBY", bench.topic.state(shard, service, "balances"), "\(account)|USD", "\(difference)")
      }
    }
  }

  private func kinds(_ report: AuditReport) -> Set<Violation.Kind> { Set(report.violations.map(\.kind)) }

  @Test("finds nothing wrong where nothing is wrong")
  func clean() async throws {
    let report = try await audit()
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.rides == 2)
    #expect(report.journals == 4)
    #expect(report.hasArchive)
    #expect(report.inFlight.isEmpty)
  }

  @Test(
    "finds a missing charge and a missing earning, and that clearing is not zero", arguments: ["payment", "driver"])
  func missingJournal(service: String) async throws {
    let report = try await audit { bench, shard in
      try await Self.change(bench, shard, service, ride: "r1", add: false)
    }
    #expect(kinds(report) == [.missingJournal, .clearing])
    #expect(report.violations.allSatisfy { $0.ride == "r1" })
    #expect(report.violations.contains { $0.service == service && $0.key == "\(service):RIDE_COMPLETED:r1" })
  }

  @Test("finds a double charge and a doubled earning", arguments: ["payment", "driver"])
  func doubledJournal(service: String) async throws {
    let report = try await audit { bench, shard in
      try await Self.change(bench, shard, service, ride: "r1", add: true)
    }
    #expect(kinds(report) == [.doubledJournal, .clearing])
    #expect(report.violations.contains { $0.service == service && $0.key == "\(service):RIDE_COMPLETED:r1" })
  }

  @Test("finds records that are missing, altered or nobody's")
  func records() async throws {
    let cases: [(String, String)] = [("payment", "payments"), ("rating", "windows"), ("notification", "receipts")]
    for (service, hash) in cases {
      let report = try await audit { bench, shard in
        let key = bench.topic.state(shard, service, hash)
        _ = try await bench.connection.call("HDEL", key, "r1")
        let other = try await bench.connection.strings(["HMGET", key, "r2"])[0]
        _ = try await bench.connection.call(
          "HSET", key, "r2", other.replacing("USD", with: "EUR").replacing("York", with: "Pork"))
        _ = try await bench.connection.call("HSET", key, "r3", other)
      }
      #expect(
        kinds(report).isSuperset(of: [.missingRecord, .alteredRecord, .unknownRecord]), "\(hash) \(report.violations)")
      #expect(report.violations.contains { $0.kind == .missingRecord && $0.ride == "r1" && $0.key == "\(hash)[r1]" })
    }
  }

  @Test("finds ratings that are missing, altered or nobody's, and drivers' sums that are not those of their ratings")
  func ratings() async throws {
    let report = try await audit { bench, shard in
      let ratings = [("r1", 5), ("r2", 4), ("r2", 1)].map { ride, stars in
        RideRated(rideID: ride, driverID: "driver-1", city: completedRide().city, stars: stars)
      }
      try await bench.running(RideServices.names) {
        _ = try await bench.publish(ratings.enumerated().map { EncodedEvent($1, id: "rating-\($0)") })
        try await bench.settled(RideServices.names)
      }
      #expect(try await Self.report(bench).violations.isEmpty)
      let closed = bench.topic.state(shard, "rating", "closed")
      _ = try await bench.connection.call("HDEL", closed, "r1")
      _ = try await bench.connection.call("HSET", closed, "r2", "1", "r3", "5")
      _ = try await bench.connection.call(
        "HINCRBY", bench.topic.state(shard, "rating", "drivers"), "driver-1|stars", "1")
    }
    let found = Set(report.violations.map { "\($0.kind.rawValue) \($0.key) \($0.expected) \($0.found)" })
    #expect(
      found.isSuperset(of: [
        "missingRecord closed[r1] 5 nothing", "alteredRecord closed[r2] 4 1", "unknownRecord closed[r3] nothing 5",
        "alteredRecord drivers[driver-1|stars] 9 10",
      ]), "\(found)")
  }

  @Test("finds journals that are unbalanced, altered or nobody's")
  func journals() async throws {
    let unbalanced = try await audit { bench, shard in
      let stream = bench.topic.state(shard, "driver", "account:platform")
      _ = try await bench.connection.call("DEL", stream)
      _ = try await bench.connection.call("HDEL", bench.topic.state(shard, "driver", "balances"), "platform|USD")
    }
    #expect(kinds(unbalanced) == [.unbalancedJournal])
    let altered = try await audit { bench, shard in
      let records = try await bench.state.records("driver", "account:taxes", as: AccountEntry.self)
      _ = try await bench.connection.call("DEL", bench.topic.state(shard, "driver", "account:taxes"))
      for entry in records.map(\.value) {
        let json = String(decoding: JSONWriter.bytes(of: entry), as: UTF8.self)
        _ = try await bench.connection.call(
          "XADD", bench.topic.state(shard, "driver", "account:elsewhere"), "*", "record", json)
        for (account, sign) in [("taxes", -1), ("elsewhere", 1)] {
          _ = try await bench.connection.call(
            "HINCRBY", bench.topic.state(shard, "driver", "balances"), "\(account)|USD",
            "\(sign * entry.amount.minorUnits)")
        }
      }
    }
    #expect(kinds(altered) == [.alteredJournal])
    let unknown = try await audit { bench, shard in
      for (account, amount) in [("a", 5), ("b", -5)] {
        let json =
          #"{"journal":"payment:x","kind":"charged","ride":"x","amount":\#(amount),"currency":"USD","effectiveAt":"2026-04-03T10:30:00Z","recordedAt":"2026-04-03T10:30:00Z"}"#
        _ = try await bench.connection.call(
          "XADD", bench.topic.state(shard, "payment", "account:\(account)"), "*", "record", json)
        _ = try await bench.connection.call(
          "HINCRBY", bench.topic.state(shard, "payment", "balances"), "\(account)|USD", "\(amount)")
      }
    }
    #expect(kinds(unknown) == [.unknownJournal])
  }

  @Test("finds a balance that is not the sum of its entries")
  func balance() async throws {
    let report = try await audit { bench, shard in
      _ = try await bench.connection.call(
        "HINCRBY", bench.topic.state(shard, "driver", "balances"), "driver:driver-1|USD", "1")
    }
    #expect(kinds(report) == [.balance])
    #expect(report.violations.map(\.key) == ["driver:driver-1|USD"])
  }

  @Test("finds archive rows that are missing or altered, and events that the log has lost")
  func archive() async throws {
    let lost = try await audit { bench, shard in
      let entries = try await bench.connection.call("XRANGE", bench.topic.log(shard), "-", "+")
      let last = try entries.root[entries.root.count - 1][0].string()
      _ = try await bench.connection.call("XDEL", bench.topic.log(shard), last)
    }
    #expect(kinds(lost) == [.lostEvent])
    let missing = try await audit { bench, _ in
      try Self.sqlite(bench, "DELETE FROM events WHERE id = 'RIDE_COMPLETED:r1'")
    }
    #expect(kinds(missing) == [.missingArchiveRow])
    let altered = try await audit { bench, _ in
      try Self.sqlite(bench, "UPDATE events SET event = replace(event, '200', '900') WHERE id = 'RIDE_COMPLETED:r1'")
    }
    #expect(kinds(altered) == [.alteredArchiveRow])
  }

  private static func sqlite(_ bench: RideBench, _ sql: String) throws {
    try DatabaseQueue(path: bench.configuration.archivePath).write { try $0.execute(sql: sql) }
  }

  @Test("counts an event that was published again after its publish window was lost once, unless the log has it twice")
  func repetition() async throws {
    let report = try await audit { bench, shard in
      // As if the log had been lost after it had been published first.
      let log = try await Inspector(topic: bench.topic, connection: bench.connection)
        .entries(shard: shard, after: .zero, limit: 100)
      let archive = try Archive(path: bench.configuration.archivePath)
      for entry in log {
        let header = try Self.header(entry.json)
        guard header.type == RideCompleted.eventType else { continue }
        let earlier = StreamID(milliseconds: entry.id.milliseconds - 100_000, sequence: entry.id.sequence)
        try await archive.store([
          RecordedEvent(shard: shard, streamID: earlier, header: header, json: entry.json)
        ])
      }
    }
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.rides == 2)
  }

  private static func header(_ json: [UInt8]) throws -> EventHeader {
    var parser = JSONParser()
    var object = try parser.parse(json.span).object()
    return try EventHeader(from: &object, fallbackID: "")
  }

  @Test("finds events that a service should have published, and those that stand in the log twice")
  func events() async throws {
    let report = try await audit { bench, shard in
      let log = bench.topic.log(shard)
      let reply = try await bench.connection.call("XRANGE", log, "-", "+")
      var missing: String?
      for index in 0..<reply.root.count {
        let json = try reply.root[index][1][1].string()
        if json.contains(#""id":"RATING_REQUESTED:r1""#) { missing = try reply.root[index][0].string() }
      }
      _ = try await bench.connection.call("XDEL", log, try #require(missing))
      let doubled = try #require(
        try await Inspector(topic: bench.topic, connection: bench.connection).entries(
          shard: shard, after: .zero, limit: 100
        )
        .map { String(decoding: $0.json, as: UTF8.self) }.first { $0.contains(#""id":"RATING_REQUESTED:r2""#) })
      _ = try await bench.connection.call("XADD", log, "*", "event", doubled)
      try FileManager.default.removeItem(atPath: bench.configuration.archivePath)
    }
    #expect(kinds(report) == [.missingEvent, .doubledEvent])
  }

  @Test("finds an event of a service that stands in the log twice")
  func doubledOutcome() async throws {
    let report = try await audit { bench, shard in
      let log = bench.topic.log(shard)
      let reply = try await bench.connection.call("XRANGE", log, "-", "+")
      for index in 0..<reply.root.count {
        let json = try reply.root[index][1][1].string()
        guard json.contains(#""id":"RATING_REQUESTED:r2""#) else { continue }
        _ = try await bench.connection.call("XADD", log, "*", "event", json)
      }
      try FileManager.default.removeItem(atPath: bench.configuration.archivePath)
    }
    #expect(kinds(report) == [.doubledEvent])
  }

  @Test("lists what is on its way or dead, and does not call it wrong")
  func inFlight() async throws {
    try await RideBench.run { bench in
      try await bench.running(["payment", "rating"]) {
        _ = try await bench.publish([EncodedEvent(completedRide())])
        _ = try await bench.connection.call(
          "XADD", bench.topic.log(bench.topic.shard(of: "New York")), "*", "event", "no event")
        try await bench.settled(["payment", "rating"])
      }
      let report = try await Self.report(bench)
      #expect(report.violations.isEmpty, "\(report.violations)")
      #expect(report.progress["payment"]?[.dead] == 1)
      #expect((report.progress["driver"]?[.undelivered] ?? 0) > 1)
      #expect(report.inFlight.contains { $0.service == "driver" && $0.event == "RIDE_COMPLETED:r1" })
    }
  }
}
