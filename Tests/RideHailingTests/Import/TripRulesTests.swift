import EventStreams
import Foundation
import RideHailing
import Testing

@Suite("Rows of trips") struct TripRulesTests {
  private static let header =
    "vendor_id,tpep_pickup_datetime,tpep_dropoff_datetime,trip_distance,payment_type,fare_amount,tip_amount,tolls_amount,total_amount"

  private func yellow(_ rows: String..., header: String = header, fromPipe: Bool = false) throws -> ReadTrips {
    try ReadTrips(.nycYellow, ([header] + rows).map { $0 + "\n" }.joined().utf8, fromPipe: fromPipe)
  }

  private func times(_ begin: String, _ end: String) throws -> ReadTrips { try yellow("1,\(begin),\(end),1,1,5,0,0,5") }

  @Test(
    "a time whose year or order can't be told is refused",
    arguments: [
      "15.01.19 03:36:12", "04-11-18 01:52:14", "1/15/2019 3:36", "15.01.2019 03:36:12", "01-02-03 04:05:06",
      "1/15/2019 03:36:12 AM", "2019-02-29 03:36:12", "2019-01-15 24:00:00", "2019-01-15 13:36:12 PM",
      "2019-01-15 03:36:12+25:00", "2019-01-15 03:36:12-5", "2019-01-15 03:36:12 EST", "2019-01-15",
      "12019-01-15 03:36:12",
    ])
  func ambiguous(_ time: String) throws {
    let outcome = try times(time, "2019-01-15 04:00:00")
    #expect(
      outcome.reasons == [
        "2 tpep_pickup_datetime: \"\(time)\" is not a time like 2019-01-15 03:36:12, with the year first and in four digits"
      ])
  }

  @Test(
    "a zone that is written is honoured, and so are AM and PM",
    arguments: [
      ("2019-01-15 03:36:12", "2019-01-15T08:36:12Z"), ("2019-01-15 03:36:12-03:00", "2019-01-15T06:36:12Z"),
      ("2019-01-15 03:36:12Z", "2019-01-15T03:36:12Z"), ("2019-01-15T03:36:12.000-0800", "2019-01-15T11:36:12Z"),
      ("2019-01-15 03:36:12 PM", "2019-01-15T20:36:12Z"), ("2019-01-15 12:00:00 am", "2019-01-15T05:00:00Z"),
      ("2019-01-15 03:36:12 UTC", "2019-01-15T03:36:12Z"), ("2019-01-15 03:36:12 PM -05", "2019-01-15T20:36:12Z"),
      ("2019-1-5 3:6:2", "2019-01-05T08:06:02Z"), ("2019-07-15 03:36:12.25", "2019-07-15T07:36:12.250Z"),
    ])
  func zones(_ time: String, _ moment: String) throws {
    #expect(try times(time, time).rides.first?.startedAt?.description == moment)
  }

  @Test("trips before 2000 or in the future are rejected")
  func impossible() throws {
    #expect(
      try times("2098-09-11 02:23:31", "2098-09-11 02:52:31").reasons == [
        "2 -: ends at 2098-09-11T06:52:31Z, in the future"
      ])
    #expect(
      try times("0015-01-19 03:36:12", "2019-01-15 04:00:00").reasons.first?.hasSuffix("before the year 2000") == true)
    #expect(try times("2026-01-01 10:00:00", "2026-01-01 18:00:00").rides.count == 1)
    #expect(try times("2026-01-01 10:00:00", "2026-01-01 19:00:01").rides.isEmpty)
  }

  @Test("a row that takes a trip back and the trip are both left out, and counted", arguments: [false, true])
  func voided(fromPipe: Bool) throws {
    func row(_ begin: String, _ fare: String, _ total: String, _ payment: Int = 1) -> String {
      "2,2019-01-01 \(begin),2019-01-01 11:00:00,1.5,\(payment),\(fare),0,0,\(total)"
    }
    let outcome = try yellow(
      row("10:00:00", "-5.0", "-6.0", 4), row("10:00:01", "7", "8"), row("10:00:00", "5.00", "6"),
      row("10:00:02", "9", "9.5"), row("10:00:02", "-9.00", "-9.5", 3), row("10:00:03", "-4", "-4", 2),
      // Two charged, one taken back.
      row("10:00:04", "3", "3"), row("10:00:04", "-3", "-3"), row("10:00:04", "3", "3"),
      fromPipe: fromPipe)
    #expect(outcome.voided == 6)
    #expect(outcome.rides.map(\.fare.total) == [800, 300])
    #expect(outcome.reasons == ["7 fare_amount: is USD -4.00: takes back a charge that is not in the file"])
  }

  @Test(
    "how a ride was paid is read in words and codes",
    arguments: [
      ("1", Payment.Method.card), ("2.0", .cash), ("CAS", .cash), ("CSH", .cash), ("Cash", .cash), ("CRD", .card),
      ("Credit", .card), ("0", .card), ("", .card),
    ])
  func paid(_ text: String, _ method: Payment.Method) throws {
    let outcome = try yellow("1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,\(text),5,0,0,5")
    #expect(outcome.rides.map(\.payment.method) == [method])
  }

  @Test(
    "why a ride was not paid is the reason",
    arguments: [
      ("3", "is no charge: the rider was not charged"), ("4", "is a dispute: the rider contests the charge"),
      ("5", "is unknown: nobody knows whether the ride was paid"), ("6", "is a voided trip: nobody was charged"),
      ("NOC", "is no charge: the rider was not charged"), ("9", "\"9\" is no payment type that is known"),
    ])
  func unpaid(_ text: String, _ reason: String) throws {
    let outcome = try yellow("1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,\(text),5,0,0,5")
    #expect(outcome.reasons == ["2 payment_type: \(reason)"])
  }

  @Test("coordinates of files that have them are the ride's")
  func coordinates() throws {
    let outcome = try yellow(
      "1,2014-01-01 10:00:00,2014-01-01 10:10:00,1,CRD,5,0,0,5,-73.99,40.73,-73.97,40.75",
      header: Self.header + ",pickup_longitude,pickup_latitude,dropoff_longitude,dropoff_latitude")
    #expect(outcome.rides.first?.pickup == Coordinate(latitude: 40.73, longitude: -73.99))
    #expect(outcome.rides.first?.dropoff == Coordinate(latitude: 40.75, longitude: -73.97))
  }

  @Test("a file of another format is told, and which it is")
  func otherFormat() throws {
    let green =
      Self.header.replacing("tpep_", with: "lpep_") + "\n1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,1,5,0,0,5\n"
    #expect(
      problem { try ReadTrips(.nycYellow, green.utf8) }
        == "this is not a nyc-yellow file but a nyc-green one; use: --format nyc-green")
    #expect(try ReadTrips(.nycGreen, green.utf8).rides.count == 1)
    #expect(problem { try ReadTrips(.chicago, (Self.header + "\n").utf8) }.contains("--format nyc-yellow"))
  }

  private static let mexico =
    "Status,Begin Trip Local Timestamp,Local Dropoff Timestamp,Local Request Timestamp,Local Original Fare,Currency Code,Trip Distance (miles)\n"

  @Test(
    "an amount is exact, or refused for what is wrong with it",
    arguments: [
      ("1.250", "MXN", "\"1.250\" has 3 decimals, and MXN has 2"),
      (
        "\"1,250.00\"", "MXN",
        "\"1,250.00\" has a comma: amounts are written with a point before the decimals, and nothing between thousands"
      ),
      ("$125.00", "MXN", "\"$125.00\" has a currency sign: amounts are written without"),
      ("1 250.00", "MXN", "\"1 250.00\" has a blank in it: amounts are written without"),
      ("1.25e2", "MXN", "\"1.25e2\" is not an amount in MXN"),
      ("1.250", "CLP", "\"1.250\" has decimals, and CLP has none"),
      ("1.000", "CLP", "\"1.000\" has decimals, and CLP has none"),
      ("1.2555", "KWD", "\"1.2555\" has 4 decimals, and KWD has 3"),
      ("-125.00", "MXN", "is MXN -125.00: takes back a charge that is not in the file"),
      ("0.00", "MXN", "is MXN 0.00: no fare"),
      ("99999999999999999", "MXN", "\"99999999999999999\" is more than any fare"),
    ])
  func amounts(_ text: String, _ currency: String, _ reason: String) throws {
    let row =
      "completed,2024-07-07T01:17:47.000Z,2024-07-07T01:37:47.000Z,2024-07-07T01:07:47.000Z,\(text),\(currency),3.2\n"
    #expect(try ReadTrips(.mexicoCity, (Self.mexico + row).utf8).reasons == ["2 Local Original Fare: \(reason)"])
  }

  @Test(
    "amounts of currencies with and without decimals are read",
    arguments: [("1250", "CLP", 1250), ("1.255", "KWD", 1255)])
  func currencies(_ text: String, _ currency: String, _ units: Int) throws {
    let row =
      "completed,2024-07-07T01:17:47.000Z,2024-07-07T01:37:47.000Z,2024-07-07T01:07:47.000Z,\(text),\(currency),3.2\n"
    let ride = try #require(try ReadTrips(.mexicoCity, (Self.mexico + row).utf8).rides.first)
    #expect(ride.fare.total == units)
    // The Z of this file is not meant.
    #expect(ride.startedAt?.description == "2024-07-07T07:17:47Z")
  }

  @Test("a currency that the file contradicts, or that would be ignored, is refused")
  func contradictedCurrency() throws {
    #expect(
      problem { try ReadTrips(.nycYellow, "".utf8, currency: .eur) }
        == "fares of nyc-yellow files are in USD, not in EUR")
    #expect(
      problem { try ReadTrips(.mexicoCity, "".utf8, currency: .usd) }
        == "each row of a mexico-city file names its currency: leave --currency out")
    #expect(try ReadTrips(.nycYellow, (Self.header + "\n").utf8, currency: .usd).rides.isEmpty)
  }
}
