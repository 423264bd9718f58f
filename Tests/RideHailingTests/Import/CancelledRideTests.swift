import EventStreams
import RideTestSupport
import Testing

@testable import RideHailing

@Suite("Imported rides that did not take place") struct CancelledRideTests {
  private static let mexico =
    "Status,Begin Trip Local Timestamp,Local Dropoff Timestamp,Local Request Timestamp,Local Original Fare,Currency Code,Trip Distance (miles),Local Cancellation Fee\n"
  private static let gett =
    "order_datetime,origin_longitude,origin_latitude,m_order_eta,order_gk,order_status_key,is_driver_assigned_key,cancellations_time_in_seconds\n"

  private func cancelled(_ events: [EncodedEvent]) throws -> RideCancelled {
    let event = try #require(events.last)
    // As whoever receives it reads it.
    return try RideCancelled(ofEvent: EventCatalog.rides.read(event.json.span).json.span)
  }

  @Test(
    "are called off by whom the file says, with the fee that was paid and not taken back",
    arguments: [
      ("rider_canceled,,,2024-07-07T01:07:47.000Z,33.50,MXN,0.0,33.50", RideCancelled.Party.rider, 3350),
      ("rider_canceled,,,2024-07-07T01:07:47.000Z,-33.50,MXN,0.0,33.50", .rider, 0),
      ("driver_canceled,,,2024-07-07T01:07:47.000Z,0.0,MXN,0.0,0.0", .driver, 0),
      ("unfulfilled,,,2024-07-07T01:07:47.000Z,,,0.0,", .system, 0),
    ])
  func mexico(_ row: String, _ party: RideCancelled.Party, _ fee: Int) throws {
    let read = try ReadTrips(.mexicoCity, (Self.mexico + row + "\n").utf8)
    #expect(read.rejected.isEmpty && read.rides.isEmpty)
    let events = try #require(read.cancelled.first)
    let ride = try cancelled(events)
    #expect(ride.by == party && ride.fee == fee && ride.isImported)
    #expect((ride.driverID == nil) == (party == .system))
    // The Z of this file is not meant.
    #expect(ride.at?.description == "2024-07-07T07:07:47Z")
    #expect(
      events.map(\.type) == [RideRequested.eventType] + (party == .system ? [] : [RideAccepted.eventType]) + [
        RideCancelled.eventType
      ])
  }

  @Test("of Gett are of the day that is said, called off as long after as the file says")
  func gett() throws {
    let rows = """
      18:08:07,-0.978916,51.456173,60.0,3000583041974,4,1,198.0
      20:57:32,-0.950385,51.456843,,3000583116437,4,0,128.0
      20:57:33,-0.950385,51.456843,,3000583116438,9,0,
      20:57:34,-0.950385,51.456843,,3.00E+12,9,0,
      20:57:35,-0.950385,51.456843,,3000583116439,5,0,

      """
    let read = try ReadTrips(.gett, (Self.gett + rows).utf8, date: "2020-07-31")
    let rides = try read.cancelled.map { try cancelled($0) }
    #expect(rides.map(\.rideID) == ["gett-3000583041974", "gett-3000583116437", "gett-3000583116438"])
    #expect(rides.map(\.by) == [.rider, .rider, .system])
    #expect(rides.map { $0.driverID != nil } == [true, false, false])
    // An hour ahead of UTC in summer.
    #expect(
      rides.map { $0.at?.description } == ["2020-07-31T17:11:25Z", "2020-07-31T19:59:40Z", "2020-07-31T19:57:33Z"])
    let accepted = try #require(read.cancelled[0].first { $0.type == RideAccepted.eventType })
    #expect(try RideAccepted(ofEvent: accepted.json.span).arrivalSeconds == 60)
    #expect(
      read.reasons == [
        "5 order_gk: \"3.00E+12\" is no id: it has to be digits",
        "6 order_status_key: \"5\" is no status that is known",
      ])
  }

  @Test("need a day where the file has none, and only there")
  func date() {
    #expect(
      problem { try ReadTrips(.gett, "".utf8) }
        == "gett names no day; say which with --date, such as --date 2020-01-31")
    #expect(
      problem { try ReadTrips(.gett, "".utf8, date: "2020-02-30") }
        == "gett names no day; say which with --date, such as --date 2020-01-31")
    #expect(
      problem { try ReadTrips(.mexicoCity, "".utf8, date: "2020-01-31") }
        == "each row of a mexico-city file has its own date: leave --date out")
    #expect(
      problem { try ReadTrips(.gett, "".utf8, currency: .eur, date: "2020-01-31") }
        == "gett files have no amounts: leave --currency out")
  }

  @Test(
    "of the real files are all read",
    .enabled(if: RealTrips.folder != nil, "set RIDES_DATA to the folder of real trips"))
  func realFiles() async throws {
    let mexico = try await ReadTrips(
      .mexicoCity, RealTrips.text(of: "mexico-city/driver_lifetime_trips_2023-2024.csv").utf8)
    let rides = try mexico.cancelled.map { try cancelled($0) }
    #expect(rides.count == 252)
    #expect(rides.count { $0.fee > 0 } == 27)
    let gett = try await ReadTrips(.gett, RealTrips.text(of: "gett/failed_orders.csv.gz").utf8, date: "2020-01-31")
    let orders = try gett.cancelled.map { try cancelled($0) }
    #expect(orders.count == 10_716 && gett.rejected.isEmpty)
    #expect(orders.count { $0.by == .rider && $0.driverID == nil } == 4_496)
    #expect(orders.count { $0.by == .system && $0.driverID != nil } == 3)
  }
}
