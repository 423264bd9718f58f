import EventStreams
import Foundation
import RideHailing
import RideTestSupport
import Testing

@Suite("Importing trips") struct RideImportTests {
  private func read(_ format: ImportFormat, _ text: String, currency: Currency? = nil) throws -> ReadTrips {
    try ReadTrips(format, text.utf8, currency: currency)
  }

  private static let header =
    "vendor_id,pickup_datetime,dropoff_datetime,trip_distance,payment_type,fare_amount,tip_amount,tolls_amount,total_amount\n"

  @Test("keeps the total that was charged, to the cent")
  func total() throws {
    let outcome = try read(
      .nycYellow, Self.header + "2,2019-01-07 20:17:40,2019-01-07 20:38:52,2.83,1,14.5,1.5,0.0,17.3\n")
    let ride = try #require(outcome.rides.first)
    #expect(ride.fare == Fare(base: 1450, tip: 150, taxes: 130, currency: .usd))
    #expect(ride.fare.total == 1730)
    #expect(ride.startedAt?.description == "2019-01-08T01:17:40Z")
    #expect(ride.distanceMeters == 4554)
    #expect(ride.durationSeconds == 1272)
  }

  @Test("takes an end in the repeated hour of autumn for what it is")
  func clockChange() throws {
    let outcome = try read(.nycYellow, Self.header + "1,2018-11-04 01:52:14,2018-11-04 01:10:37,3,2,10,0,0,10\n")
    let ride = try #require(outcome.rides.first)
    #expect(ride.startedAt?.description == "2018-11-04T05:52:14Z")
    #expect(ride.completedAt?.description == "2018-11-04T06:10:37Z")
    #expect(ride.durationSeconds == 1103)
  }

  @Test("rejects rows that are no ride, with line and reason, and takes the others")
  func rejects() throws {
    let outcome = try read(
      .nycYellow,
      Self.header + """
        1,2019-01-01 10:00:01,2019-01-01 10:10:00,1,1,-5,0,0,-5

        1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,1,0,0,0,0
        1,2019-01-01 10:00:00,2019-01-01 09:10:00,1,1,5,0,0,5
        1,2019-01-01 10:00:00,,1,1,5,0,0,5
        1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,1,five,0,0,5
        1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,3,5,0,0,5
        1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,1,5,0,0,4
        1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,1,5,0,0,5
        1,2019-01-01 10:00:00,2019-01-01 10:10:00,x,1,5,0,0,5
        1,"2019-01-01 10:00:00
        """)
    #expect(outcome.rides.count == 1)
    #expect(
      outcome.rejected.map { "\($0.line) \($0.field ?? "-"): \($0.reason)" } == [
        "2 fare_amount: is USD -5.00: takes back a charge that is not in the file",
        "4 fare_amount: is USD 0.00: no fare",
        "5 dropoff_datetime: the trip ends before it begins: 2019-01-01T14:10:00Z < 2019-01-01T15:00:00Z",
        "6 dropoff_datetime: is empty: no drop-off", "7 fare_amount: \"five\" is not an amount in USD",
        "8 payment_type: is no charge: the rider was not charged",
        "9 total_amount: is USD 4.00, less than fare, tolls and tip: USD 5.00",
        "11 trip_distance: \"x\" is not a number",
        "12 -: the quote that opens here is not closed by the end of the file",
      ])
  }

  @Test("refuses a file of another format, without a currency, or compressed")
  func files() {
    #expect(
      problem { try read(.chicago, "a,b\n1,2\n").rides }
        == "this is not a chicago file: it has no column fare, tips, trip_start_timestamp, trip_seconds, trip_miles, payment_type"
    )
    #expect(problem { try read(.bolt, "order_id_new\n").rides } == "bolt names no currency; say which with --currency")
    #expect(problem { try read(.chicago, "").rides } == "the file has no header")
  }

  // MARK: Real files

  @Test(
    "takes every paid ride of the real files",
    .enabled(if: RealTrips.folder != nil, "set RIDES_DATA to the folder of real trips"),
    arguments: [
      (ImportFormat.nycTaxis, "nyc/taxis.csv.gz", 6345, 88), (.nycYellow, "nyc/taxis_raw.csv.gz", 6438, 62),
      (.nycYellow, "nyc/yellow_2018-11.csv.gz", 9918, 82), (.nycYellow, "nyc/yellow_2019-02.csv.gz", 9928, 72),
      (.nycGreen, "nyc/green_2013-08.csv.gz", 7545, 78), (.nycFares, "nyc/uber_fares_10k.csv.gz", 9992, 7),
      (.chicago, "chicago/taxi_trips_10k.csv.gz", 9527, 473),
      (.mexicoCity, "mexico-city/driver_lifetime_trips_2023-2024.csv", 1856, 6),
      (.bolt, "bolt/upfront_pricing_2020-02.csv.gz", 1871, 1626),
    ])
  func realFiles(_ format: ImportFormat, _ name: String, _ rides: Int, _ rejected: Int) async throws {
    let outcome = try read(format, try await RealTrips.text(of: name), currency: format == .bolt ? .eur : nil)
    #expect(outcome.rides.count == rides)
    #expect(outcome.rejected.count == rejected)
    #expect(outcome.rides.allSatisfy { $0.fare.total > 0 })
  }

  @Test(
    "knows the odd lines of the real files",
    .enabled(if: RealTrips.folder != nil, "set RIDES_DATA to the folder of real trips"))
  func oddLines() async throws {
    let november = try read(.nycYellow, try await RealTrips.text(of: "nyc/yellow_2018-11.csv.gz"))
    let rejected = Set(november.rejected.map(\.line))
    #expect(!rejected.contains(7169))
    #expect(!rejected.contains(9109))
    #expect(rejected.contains(6762))
    let january = try read(.nycYellow, try await RealTrips.text(of: "nyc/yellow_2019-01.csv.gz"))
    // An overflowing meter, and nobody was charged.
    #expect(january.rejected.first { $0.line == 1444 }?.reason == "is no charge: the rider was not charged")
    #expect(january.rides.contains { $0.fare.total == 300_480 })
    let green = try read(.nycGreen, try await RealTrips.text(of: "nyc/green_2013-08.csv.gz"))
    #expect(!green.rejected.contains { $0.line == 6764 || $0.line == 7620 })
  }
}
