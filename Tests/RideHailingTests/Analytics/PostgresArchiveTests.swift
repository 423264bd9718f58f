import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import PostgreSQL
import RedisTestSupport
import RideHailing
import Testing

@Suite("An archive in PostgreSQL") struct PostgresArchiveTests {
  @Test("gets each event once when its server is killed while workers store into it, and they go on when it is back")
  func outage() async throws {
    try await PostgresServer.with { postgres in
      try await RideBench.run { rides in
        let archive = postgres.url(try postgres.makeDatabase())
        let bench = RideBench(
          server: rides.server, connection: rides.connection, namespace: rides.namespace,
          configuration: ServiceConfiguration(archivePath: archive, mail: rides.configuration.mail),
          outbox: rides.outbox)
        let kept = try Archive(path: archive, of: .rides)
        func publish(_ numbers: ClosedRange<Int>) async throws {
          for start in stride(from: numbers.lowerBound, through: numbers.upperBound, by: 50) {
            _ = try await bench.publish(
              (start..<start + 50).map { number in
                var ride = completedRide("r\(number)")
                ride.city = ["Paris", "Porto", "New York", "Tokyo"][number % 4]
                return EncodedEvent(ride)
              })
          }
        }
        // Two workers: some shards each.
        try await bench.running(["analytics", "analytics"]) {
          for round in 0..<3 {
            let first = round * 1000
            try await publish(first + 1...first + 500)
            try await eventually("some of this round is stored") {
              try await kept.counts().values.reduce(0, +) > first + 50
            }
            await postgres.kill()
            try await publish(first + 501...first + 1000)
            try await postgres.restart()
          }
          try await bench.settled(["analytics"])
        }
        let reader = try ArchiveReader(path: archive, of: .rides)
        let report = try await ArchiveVerification(
          archive: reader, inspector: Inspector(namespace: bench.namespace, connection: bench.connection),
          shards: bench.namespace.shards
        ).run()
        #expect(report.found == [])
        #expect(report.shards.reduce(0) { $0 + $1.rows } == 3000)
        #expect(report.shards.reduce(0) { $0 + ($1.compared ?? 0) } == 3000)
        let letters = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
          service: "analytics")
        #expect(letters.isEmpty)
      }
    }
  }

  @Test("is reported as out of reach, and not as another one, while its server is away")
  func away() async throws {
    try await PostgresServer.with { postgres in
      let path = postgres.url(try postgres.makeDatabase())
      let archive = try Archive(path: path, of: .rides)
      let mark = try await archive.store([ChainBench.event(1)])
      await postgres.kill()
      await #expect { try await archive.store([ChainBench.event(2)], after: mark) } throws: { error in
        let problem = error as? ArchiveProblem
        return problem?.isPassing == true && problem?.isOfServer == true && "\(error)".contains("can't be reached")
      }
      try await postgres.restart()
      #expect(try await archive.store([ChainBench.event(2)], after: mark)[0]?.number == 2)
      // Its server is there, and it is another archive.
      try postgres.execute("UPDATE archive SET name = 'other'", in: Self.name(path))
      await #expect { try await archive.store([ChainBench.event(3)]) } throws: { "\($0)".contains("another archive") }
    }
  }

  private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

  @Test("that can't be had says why, and what its password is it doesn't say")
  func refusals() async throws {
    let postgres = try await PostgresServer.shared
    let database = try postgres.makeDatabase()
    try? postgres.execute("CREATE ROLE guarded LOGIN PASSWORD 'secret'")
    let wrong = postgres.url(database, user: "guarded:wr0ng")
    for (path, reason) in [
      (wrong, "refuses this user"), (postgres.url(database, user: "nobody"), "refuses this user"),
      (postgres.url("gone"), "is not there"), ("postgres://rides@no-such-host.invalid/rides", "can't be reached"),
      (postgres.url(database), "there is no archive in"), ("postgres://rides@host:port/rides", "can't be read"),
      ("postgres://rides:wr0ng@host:port%zz/rides", "can't be read"),
    ] {
      #expect {
        _ = try ArchiveReader(path: path, of: .rides)
      } throws: { error in
        error is ArchiveProblem && "\(error)".contains(reason) && !"\(error)".contains("wr0ng")
      }
    }
    // Who may connect and no more can neither make an archive nor read one.
    let open = postgres.url(database, user: "guarded:secret")
    #expect { _ = try Archive(path: open, of: .rides) } throws: { "\($0)".contains("rights") }
    _ = try Archive(path: postgres.url(database), of: .rides)
    let reader = try ArchiveReader(path: open, of: .rides)
    #expect(!reader.path.contains("secret") && reader.path.contains("guarded@"))
    await #expect { _ = try await reader.shards() } throws: { "\($0)".contains("rights") }
    let other = try postgres.makeDatabase()
    try postgres.execute("CREATE TABLE events (a INT)", in: other)
    #expect { _ = try Archive(path: postgres.url(other), of: .rides) } throws: { "\($0)".contains("no archive's") }
  }

  @Test("finds events by names that PostgreSQL can't hold: with NUL, and longer than an index takes")
  func names() async throws {
    try await ArchiveKeeper.postgresql.run { path in
      let archive = try Archive(path: path, of: .rides)
      let keys = ["a\0b", String(repeating: "é", count: 5000), String(repeating: "é", count: 5001)]
      let time = Timestamp(secondsSinceEpoch: 1_775_212_200)
      for round in 0..<2 {
        try await archive.store(
          keys.enumerated().map { index, key in
            RecordedEvent(
              shard: 0, entryID: EntryID(milliseconds: 1000, sequence: UInt64(round * 10 + index)),
              header: EventHeader(id: key, type: "RIDE_RATED", timestamp: time, key: key), json: Array("{}".utf8))
          })
      }
      let once = try await ArchiveReader(path: path, of: .rides).events(shard: 0, after: .zero, limit: 10)
      #expect(once.map(\.entryID.sequence) == [0, 1, 2])
    }
  }

  @Test("has views with the figures that SQLite's have")
  func views() async throws {
    var rows: [ArchiveKeeper: [String: [[QueryValue]]]] = [:]
    for keeper in ArchiveKeeper.allCases {
      try await ArchiveBench.run(keeper) { bench in
        for (index, event) in Self.samples.enumerated() { try await bench.store(event, at: index + 1) }
        try await bench.store(try ArchiveReportTests.life(), after: Self.samples.count + 1)
        for view in ArchiveView.rideViews {
          let columns = view.columns.map { "\($0.name)" }.joined(separator: ", ")
          rows[keeper, default: [:]][view.name] = try await bench.query(
            "SELECT \(columns) FROM \(view.name) ORDER BY 1, 2")
        }
      }
    }
    for view in ArchiveView.rideViews {
      #expect(rows[.sqlite]?[view.name] == rows[.postgresql]?[view.name], "\(view.name)")
      #expect(rows[.sqlite]?[view.name]?.isEmpty == false, "\(view.name)")
    }
  }

  /// Events of all kinds that views tell of, as their producers write them.
  private static let samples: [String] = {
    let head =
      #""timestamp":"2026-04-03T10:30:00.25Z","data":{"rideId":"r1","riderId":"u1","driverId":"d1","city":"Paris""#
    let fare = #""fare":{"base":8e2,"distance":150.0,"tip":100,"taxes":33,"total":1083,"currency":"EUR"}"#
    let ends = #""distanceMeters":1.2e3,"durationSeconds":601,"completedAt":"2026-04-03t12:29:00.5+02:00""#
    let places = #""pickup":{"lat":48.85,"lon":2.25},"dropoff":{"lat":48.9,"lon":-2.5}"#
    return [
      #"{"type":"RIDE_REQUESTED","timestamp":"2026-04-03T10:00:00Z","data":{"rideId":"r1","riderId":"u1","city":"Paris",\#(places)}}"#,
      #"{"type":"RIDE_COMPLETED",\#(head),\#(fare),\#(ends),\#(places),"payment":{"method":"cash"}}}"#,
      #"{"type":"RIDE_COMPLETED","timestamp":"2026-04-05T10:30:00Z","data":{"rideId":"r9","riderId":"u2","driverId":"d2","city":"Porto","fare":{"total":500,"currency":"EUR"},"payment":{"method":"card"}}}"#,
      #"{"type":"RIDE_CANCELLED","timestamp":"2026-04-03T10:00:01Z","data":{"rideId":"r2","riderId":"u1","city":"Paris","by":"rider","fee":250,"currency":"EUR","at":"2026-04-03T10:00:00Z"}}"#,
      #"{"type":"RIDE_TIPPED",\#(head),"amount":300,"currency":"EUR"}}"#,
      #"{"type":"PAYMENT_CAPTURED",\#(head),"amount":1083,"currency":"EUR","method":"card","reference":"ch_1"}}"#,
      #"{"type":"PAYMENT_REFUNDED",\#(head),"amount":83,"currency":"EUR","method":"card","reference":"re_1"}}"#,
      #"{"type":"RIDE_REFUNDED",\#(head),"amount":83,"currency":"EUR"}}"#,
      #"{"type":"FARE_ADJUSTED",\#(head),"newFare":{"base":900,"tip":100,"total":1000,"currency":"EUR"}}}"#,
      #"{"type":"FARE_ADJUSTED",\#(head),"newFare":{"base":700,"tip":100,"total":800,"currency":"EUR"}}}"#,
      #"{"type":"DRIVER_PAID","id":"DRIVER_PAID:r1","key":"r1",\#(head),"commission":123}}"#,
      #"{"type":"RATING_REVEALED",\#(head),"given":4,"by":"driver"}}"#,
      #"{"type":"RECEIPT_SENT",\#(head),"email":"a@example.org","amount":1083,"currency":"EUR"}}"#,
      // Numbers that are none, and a time that is none.
      #"{"type":"RIDE_COMPLETED",\#(head.replacing("r1", with: "r7")),"fare":{"total":1.5,"currency":"EUR"}}}"#,
      #"{"type":"RIDE_COMPLETED",\#(head.replacing("r1", with: "r8")),"fare":{"total":700,"currency":"EUR"},"startedAt":"yesterday"}}"#,
    ]
  }()
}
