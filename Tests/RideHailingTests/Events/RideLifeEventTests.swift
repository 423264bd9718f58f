import EventStreams
import RideHailing
import Testing

@Suite("The events of a ride's life") struct RideLifeEventTests {
  private static let time = Timestamp(secondsSinceEpoch: 1_775_212_200)
  private static let place = Coordinate(latitude: 48.85, longitude: 2.35)
  private static let quote = Quote(
    id: "q1", price: Money(1230, .eur), multiplier: 13, lockedUntil: time + .seconds(120))

  /// Reads what was written, by its type and by the catalogue.
  private func check<Data: EventData & Equatable>(_ data: Data, id: String) throws {
    let json = JSONWriter.bytes(of: data)
    var parser = JSONParser()
    #expect(try Data(from: parser.parse(json.span)) == data)
    let read = try EventCatalog.rides.read(EncodedEvent(data, timestamp: Self.time).json.span)
    #expect(read.id == id)
    #expect(read.shardKey == "Paris")
    #expect(read.topic == Data.topic)
  }

  @Test("read back as they were written, each with an id that tells it from the others of the ride")
  func roundTrips() throws {
    let (time, place) = (Self.time, Self.place)
    try check(
      RideQuoted(
        rideID: "r1", riderID: "u", city: "Paris", pickup: place, dropoff: place, pool: "xl", quote: Self.quote),
      id: "RIDE_QUOTED/2/r1/q1")
    try check(
      RideQuoted(rideID: "r1", riderID: nil, city: "Paris", quote: Quote(price: Money(0, .eur), lockedUntil: time)),
      id: "RIDE_QUOTED:r1")
    try check(
      RideRequested(
        rideID: "r1", riderID: "u", city: "Paris", pickup: place, dropoff: place, pool: "xl", quote: Self.quote,
        payment: Payment(.card, token: "tok_visa")), id: "RIDE_REQUESTED:r1")
    try check(
      RideAccepted(rideID: "r1", driverID: "d", city: "Paris", at: time, place: place, arrivalSeconds: 240),
      id: "RIDE_ACCEPTED/2/r1/d")
    try check(RideStarted(rideID: "r1", driverID: "d", city: "Paris", at: time, place: place), id: "RIDE_STARTED:r1")
    for party in RideCancelled.Party.allCases {
      try check(
        RideCancelled(
          rideID: "r1", riderID: "u", driverID: "d", city: "Paris", by: party, at: time, reason: "late",
          fee: Money(500, .eur), payment: Payment(.cash)), id: "RIDE_CANCELLED:r1")
    }
    try check(RideCancelled(rideID: "r1", riderID: nil, city: "Paris", by: .system), id: "RIDE_CANCELLED:r1")
    try check(
      RideTipped(
        rideID: "r1", riderID: "u", driverID: "d", city: "Paris", amount: Money(1, .eur), at: time,
        payment: Payment(.wallet), tip: "t/1"), id: "RIDE_TIPPED/2/r1/t/1")
    try check(
      RideTipped(rideID: "r1", riderID: "u", driverID: "d", city: "Paris", amount: Money(1, .eur)), id: "RIDE_TIPPED:r1"
    )
    try check(
      CarsSeen(
        city: "Paris", pool: "xl", at: time, until: time + .seconds(3600),
        cells: [.init("u09tvw", vacant: 0), .init("u09tvx", vacant: 100_000)], part: 1),
      id: "CARS_SEEN/5/Paris/xl:1775212200000000:1")
  }

  @Test("leave a request without quote, pool and payment written as it always was")
  func earlierRequest() {
    let request = RideRequested(rideID: "r1", riderID: "u", city: "Paris")
    #expect(
      String(decoding: JSONWriter.bytes(of: request), as: UTF8.self)
        == #"{"rideId":"r1","riderId":"u","city":"Paris"}"#)
  }

  @Test(
    "of version 1 are read: a price of one cell becomes a list of it, and a completion may say which price was held")
  func earlierVersions() throws {
    let first = """
      {"type":"SURGE_UPDATED","timestamp":"2026-04-03T10:30:00Z","data":{"city":"Paris","cell":"u09tvw","multiplierPercent":140,\
      "demand":9,"supply":2,"minute":29000000}}
      """
    #expect(
      try SurgeUpdated(ofEvent: first.utf8.span)
        == SurgeUpdated(
          city: "Paris", minute: 29_000_000,
          cells: [.init("u09tvw", multiplierPercent: 140, demand: 9, supply: 2)]))
    // It is kept as it was written.
    #expect(try EventCatalog.rides.read(first).id == "SURGE_UPDATED:Paris:29000000")
    var ride = completedRide()
    ride.quote = Quote(price: Money(1080, .usd), lockedUntil: Self.time)
    let json = EncodedEvent(ride, timestamp: Self.time).json
    #expect(try RideCompleted(ofEvent: json.span) == ride)
    ride.quote?.price = 1079
    let wrong = EncodedEvent(ride, timestamp: Self.time).json
    #expect(
      problem { try EventCatalog.rides.read(wrong.span).id }
        == "data.fare: is USD 10.80 without tip and tolls, and USD 10.79 was promised")
  }

  private static func event(_ type: String, _ data: String) -> String {
    #"{"type":"\#(type)","timestamp":"2026-04-03T10:30:00Z","data":{"city":"Paris",\#(data)}}"#
  }

  private static func quoted(_ rest: String) -> String {
    event("RIDE_QUOTED", #""rideId":"r","quote":{"currency":"EUR",\#(rest)}"#)
  }

  private static func seen(_ rest: String, until: String = "10:40:00Z") -> String {
    event("CARS_SEEN", #""at":"2026-04-03T10:30:00Z","until":"2026-04-03T\#(until)",\#(rest)"#)
  }

  private static func cancelled(_ rest: String) -> String { event("RIDE_CANCELLED", #""rideId":"r",\#(rest)"#) }

  private static func tipped(_ amount: String) -> String {
    event(
      "RIDE_TIPPED", #""rideId":"r","riderId":"u","driverId":"d","currency":"EUR","amount":\#(amount)"#)
  }

  private static let held = #""lockedUntil":"2026-04-03T10:32:00Z""#

  @Test(
    "are refused with the field and the reason",
    arguments: [
      (quoted(#""price":-1,\#(held)"#), "data.quote.price: -1 is not between 0 and 1000000000000 minor units"),
      (quoted(#""price":1"#), "data.quote.lockedUntil: is missing"),
      (quoted(#""price":1,"multiplier":9,\#(held)"#), "data.quote.multiplier: 9 is not between 10 and 10000 tenths"),
      (
        event("RIDE_REQUESTED", #""rideId":"r","payment":{"method":"cash"}"#),
        "data.riderId: is missing; a way to pay needs one"
      ),
      (
        event("RIDE_REQUESTED", #""rideId":"r","riderId":"u","payment":{"method":"card"}"#),
        "data.payment.token: is missing; a card payment needs one"
      ),
      (event("RIDE_ACCEPTED", #""rideId":"r""#), "data.driverId: is missing"),
      (
        event("RIDE_ACCEPTED", #""rideId":"r","driverId":"d","arrivalSeconds":-1"#),
        "data.arrivalSeconds: -1 is not between 0 and 31622400 seconds"
      ),
      (event("RIDE_STARTED", #""rideId":"r","driverId":"""#), "data.driverId: must not be empty"),
      (cancelled(#""by":"fate""#), #"data.by: expected "rider" or "driver" or "system", found "fate""#),
      (
        cancelled(#""by":"rider","fee":500,"riderId":"u","driverId":"d""#), "data.currency: is missing; a fee needs one"
      ),
      (
        cancelled(#""by":"rider","fee":500,"riderId":"u","currency":"EUR""#),
        "data.driverId: is missing; a fee needs one"
      ),
      (
        cancelled(#""by":"rider","fee":500,"driverId":"d","currency":"EUR""#),
        "data.riderId: is missing; a fee needs one"
      ),
      (cancelled(#""by":"rider","fee":-1"#), "data.fee: -1 is not between 0 and 1000000000000 minor units"),
      (tipped("0"), "data.amount: 0 is not between 1 and 1000000000000 minor units"),
      (tipped("1000000000001"), "data.amount: 1000000000001 is not between 1 and 1000000000000 minor units"),
      (seen(#""cells":[]"#), "data.cells: are 0, not 1 to 1000"),
      (
        seen(#""cells":[{"cell":"u09tvw","vacant":1}]"#, until: "10:30:00Z"),
        "data.until: 2026-04-03T10:30:00Z is not within an hour after at, 2026-04-03T10:30:00Z"
      ),
      (
        seen(#""cells":[{"cell":"u09tvw","vacant":1}]"#, until: "11:30:01Z"),
        "data.until: 2026-04-03T11:30:01Z is not within an hour after at, 2026-04-03T10:30:00Z"
      ),
      (
        seen(#""cells":[{"cell":"u09tvw","vacant":1},{"cell":"u09tvw","vacant":2}]"#),
        "data.cells: name u09tvw twice"
      ),
      (
        seen(#""cells":[{"cell":"u09tva","vacant":1}]"#),
        #"data.cells[0].cell: "u09tva" is no geohash of 6 characters"#
      ),
      (
        seen(#""cells":[{"cell":"u09tvw","vacant":-1}]"#), "data.cells[0].vacant: -1 is not between 0 and 100000 cars"
      ),
    ])
  func refused(_ text: String, _ reason: String) {
    #expect(problem { try EventCatalog.rides.read(text).id } == reason)
  }

  @Test("fit as many cells as they may name into an event")
  func largest() throws {
    let names = "0123456789bcdefghjkmnpqrstuvwxyz".map(String.init)
    let cells = (0..<CarsSeen.mostCells).map {
      CarsSeen.Cell("u09t" + names[$0 / 32] + names[$0 % 32], vacant: 100_000)
    }
    let seen = CarsSeen(city: "Paris", at: Self.time, until: Self.time + .seconds(60), cells: cells)
    #expect(try EventCatalog.rides.read(EncodedEvent(seen, timestamp: Self.time).json.span).topic == "cars")
  }

  @Test("hold a price up to its last moment")
  func lock() {
    #expect(Self.quote.refusal(at: Self.quote.lockedUntil) == nil)
    #expect(
      Self.quote.refusal(at: Self.quote.lockedUntil + .microseconds(1))
        == """
        the price of EUR 12.30 was held until 2026-04-03T10:32:00Z, and the ride asked for at \
        2026-04-03T10:32:00.000001Z
        """
    )
  }
}
