import Foundation
import RedisTestSupport
import Testing

@testable import RidesCLI

@Suite("Through the program itself") struct HostileInputTests {
  private static func ride(_ id: String, driver: String = "d", city: String, currency: String = "EUR") -> String {
    #"{"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{"rideId":"\#(id)","riderId":"u","driverId":"\#(driver)","#
      + #""city":"\#(city)","fare":{"total":1000,"currency":"\#(currency)"},"payment":{"method":"cash"}}}"#
  }

  @Test("control characters steer no terminal, formulas are texts, and wide text stands in its column")
  func output() async throws {
    try await SystemBench.run { bench in
      let input = [
        Self.ride("r1", driver: "司機-1", city: "東京"), Self.ride("r2", city: "🚕 Taipei"), Self.ride("r3", city: "Osaka"),
        Self.ride("@SUM(A1)", driver: "=1+1", city: #"=HYPERLINK(\"x\")"#),
        Self.ride(#"\u001b[2Jr4"#, city: "Paris"), Self.ride("r5", city: "Par\u{9b}31mis"),
        Self.ride("r6", city: "Paris", currency: #"\u202eEUR"#),
        Self.ride("r7", city: "Paris").replacing("RIDE_COMPLETED", with: #"\u001b]0;owned\u0007"#),
      ].joined(separator: "\n")
      let published = try await RidesProcess.run("publish", redis: bench.url, input: input)
      #expect(published.status == 1)
      #expect(published.output.hasPrefix("published 4 events, 4 rejected"), "\(published.output)")
      for said in ["U+001B", "U+009B", #"\u202eEUR"#, #"\u{1b}]0;owned\u{7}"#] {
        #expect(published.errors.contains(said), "\(published.errors)")
      }

      let worker = try bench.worker("analytics")
      #expect(try await bench.rides("wait", "--service", "analytics", "--timeout", "60s").status == 0)
      #expect(worker.stop() == 0)
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let cities = try await bench.rides("analytics", "cities", "--archive", archive)
      let widths = cities.output.split(separator: "\n").compactMap { $0.split(separator: "EUR").first }
        .dropFirst().map { String($0).displayWidth }
      #expect(widths.count == 4 && Set(widths).count == 1, "\(cities.output)")
      let csv = try await bench.rides("analytics", "cities", "--archive", archive, "--format", "csv")
      #expect(csv.output.contains(#"\#n"'=HYPERLINK(""x"")",EUR,1,10.00,"#), "\(csv.output)")
      let drivers = try await bench.rides("analytics", "drivers", "--archive", archive, "--format", "csv")
      #expect(drivers.output.contains("\n'=1+1,EUR,1,10.00,"), "\(drivers.output)")

      for text in [published.errors, published.output, cities.output, csv.output, drivers.output] {
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { !$0.unicodeScalars.contains { $0.steersTerminal } }, "\(text)")
      }
    }
  }

  private static let header =
    "vendor_id,pickup_datetime,dropoff_datetime,trip_distance,payment_type,fare_amount,tip_amount,tolls_amount,total_amount\n"
  private static let noRide = "1,2019-01-01 10:00:00,,1,1,5,0,0,5\n"

  @Test("each row that is imported is counted as imported, rejected or voided; without any ride the exit status is 1")
  func imports() async throws {
    try await SystemBench.run { bench in
      func run(_ rows: String) async throws -> (status: Int32, summary: [String: Int]) {
        let result = try await RidesProcess.run(
          "import", "--format", "nyc-yellow", "--json", "-", redis: bench.url, input: Self.header + rows)
        let summary = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Int]
        return (result.status, try #require(summary, "\(result.output) \(result.errors)"))
      }
      let some = try await run(
        Self.noRide + """
          1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,1,5,0,0,5
          2,2019-01-01 11:00:00,2019-01-01 11:10:00,1,1,7,0,0,7
          2,2019-01-01 11:00:00,2019-01-01 11:10:00,1,1,-7,0,0,-7

          """)
      #expect(some.status == 0)
      let counts = ["rows", "imported", "rejected", "voided", "published"].map { some.summary[$0] }
      #expect(counts == [4, 1, 1, 2, 2])
      for rows in ["", Self.noRide] {
        let none = try await run(rows)
        #expect(none.status == 1)
        #expect(none.summary["rows"] == (rows.isEmpty ? 0 : 1) && none.summary["published"] == 0)
      }
    }
  }
}
