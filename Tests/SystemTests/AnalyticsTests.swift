import EventArchive
import EventStreams
import Foundation
import RedisTestSupport
import RideHailing
import RideTestSupport
import Testing

@Suite("rides analytics") struct AnalyticsTests {
  /// An archive with these events.
  private static func archive(_ events: [EncodedEvent], in bench: SystemBench) async throws -> String {
    let path = bench.folder.appending(path: "archive.sqlite").path()
    let archive = try Archive(path: path, of: .rides)
    try await archive.store(
      events.enumerated().map { index, event in
        RecordedEvent(
          shard: 0, entryID: EntryID(milliseconds: 1, sequence: UInt64(index)),
          header: EventHeader(id: event.id, type: event.type, timestamp: noon, key: event.id), json: event.json)
      })
    return path
  }

  private static let noon = Timestamp(secondsSinceEpoch: 1_775_217_600)

  private static func ride(_ id: String, city: String, _ fare: Fare) -> EncodedEvent {
    EncodedEvent(
      RideCompleted(
        rideID: id, riderID: "u-1", driverID: "d-1", city: city, fare: fare, payment: Payment(.cash)), timestamp: noon)
  }

  @Test("prints figures that scripts can read, currency by currency")
  func output() async throws {
    try await SystemBench.run { bench in
      let path = try await Self.archive(
        [
          Self.ride("r1", city: "Paris", Fare(base: 1003, tip: 150, taxes: 80, currency: .eur)),
          Self.ride("r2", city: "\"City\", the", Fare(base: 123_456, currency: .usd)),
        ], in: bench)
      let days = try await bench.rides("analytics", "days", "--archive", path)
      #expect(
        days.output == """
          DAY         CURRENCY  RIDES  REVENUE  COMMISSION  TIPS
          2026-04-03  EUR           1    12.33        2.01  1.50
          2026-04-03  USD           1  1234.56      246.91  0.00

          """)
      let cities = try await bench.rides("analytics", "cities", "--archive", path, "--format", "csv")
      #expect(
        cities.output == """
          city,currency,rides,revenue,commission,tips
          Paris,EUR,1,12.33,2.01,1.50
          ""\"City\"", the",USD,1,1234.56,246.91,0.00

          """)
      let drivers = try await bench.rides(
        "analytics", "drivers", "--archive", path, "--format", "json", "--currency", "eur")
      #expect(
        drivers.output
          == #"[{"driver":"d-1","currency":"EUR","rides":1,"revenue":1233,"commission":201,"tips":150,"earned":952,"cancellationFees":0,"losses":0}]"#
          + "\n")
      let overview = try await bench.rides("analytics", "--archive", path)
      #expect(overview.status == 0)
      #expect(overview.output.hasPrefix("2 events in "))
      let query = try await bench.rides(
        "analytics", "sql", "SELECT city, tip, requested_at FROM rides ORDER BY total DESC", "--archive", path,
        "--format",
        "csv")
      #expect(query.output == "city,tip,requested_at\n\"\"\"City\"\", the\",0,\nParis,150,\n")
      let json = try await bench.rides(
        "analytics", "sql", "SELECT ride AS a, meters AS a FROM rides WHERE currency = 'EUR'", "--archive", path,
        "--format", "json")
      #expect(json.output == "[{\"a\":\"r1\",\"a_2\":null}\n]\n")
    }
  }

  @Test("says what is wrong with a call")
  func mistakes() async throws {
    try await SystemBench.run { bench in
      let path = try await Self.archive([], in: bench)
      let empty = try await bench.rides("analytics", "--archive", path)
      #expect(empty.status == 0)
      #expect(empty.output.contains("no rides yet"))
      let missing = try await bench.rides("analytics", "hours", "--archive", path + ".gone")
      #expect(missing.status == 1)
      #expect(missing.errors.contains("there is no archive at"))
      let written = try await bench.rides("analytics", "sql", "DELETE FROM events", "--archive", path)
      #expect(written.status == 1)
      #expect(written.errors == "rides: DELETE is refused: the archive is read here, give one SELECT\n")
      #expect(try await bench.rides("analytics", "days", "--archive", path, "--currency", "XXQ").status == 64)
      #expect(try await bench.rides("analytics", "--format", "csv", "--archive", path).status == 64)
    }
  }

  @Test(
    "sums up New York's taxis to the cent",
    .enabled(if: RealTrips.folder != nil, "set RIDES_DATA to the folder of real trips"))
  func newYork() async throws {
    try await SystemBench.run { bench in
      let csv = try await RealTrips.unpack("nyc/taxis.csv.gz", into: bench.folder)
      let events = try await bench.rides("import", "--format", "nyc-taxis", "--dry-run", csv)
      let catalog = EventCatalog(RideServices.standard.types)
      let path = try await Self.archive(
        try events.output.split(separator: "\n").map { try catalog.read($0.utf8.span) }, in: bench)

      let days = try await bench.rides("analytics", "days", "--archive", path, "--format", "csv")
      let rows = days.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
      // The file's sums, straight from its text.
      var (rides, revenue, tips) = (0, 0, 0)
      for line in try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").dropFirst() {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard !fields[11].isEmpty, !fields[9].isEmpty, let total = Money(decimal: fields[7], .usd),
          let tip = Money(decimal: fields[5], .usd)
        else { continue }
        rides += 1
        revenue += total.minorUnits
        tips += tip.minorUnits
      }
      #expect(rows.reduce(0) { $0 + (Int($1[2]) ?? 0) } == rides)
      #expect(rows.reduce(0) { $0 + (Money(decimal: $1[3], .usd)?.minorUnits ?? 0) } == revenue)
      #expect(rows.reduce(0) { $0 + (Money(decimal: $1[5], .usd)?.minorUnits ?? 0) } == tips)
    }
  }
}
