import EventStreams
import RideHailing
import Testing

@Suite("An event of rides") struct RideEventTests {
  private func completed(_ change: (inout String) -> Void = { _ in }) -> String {
    var json = """
      {"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{"rideId":"r1","riderId":"u1","driverId":"d1",\
      "city":"Paris","fare":{"base":300,"distance":700,"total":1000,"currency":"EUR"},"completedAt":"2026-04-03T10:29:00+02:00",\
      "payment":{"method":"cash"},"unknown":[1,{"a":null}]}}
      """
    change(&json)
    return json
  }

  @Test("needs no more than a completion needs, and is written with id and key and otherwise as it was sent")
  func minimal() throws {
    let event = try EventCatalog.rides.read(completed())
    #expect(event.id == "RIDE_COMPLETED:r1")
    #expect(event.shardKey == "Paris")
    #expect(
      String(decoding: event.json, as: UTF8.self) == """
        {"id":"RIDE_COMPLETED:r1","type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","key":"r1","data":{"rideId":"r1",\
        "riderId":"u1","driverId":"d1","city":"Paris","fare":{"base":300,"distance":700,"total":1000,"currency":"EUR"},\
        "completedAt":"2026-04-03T10:29:00+02:00","payment":{"method":"cash"},"unknown":[1,{"a":null}]}}
        """)
  }

  @Test("keeps the id and the key it is given")
  func identity() throws {
    let event = try EventCatalog.rides.read(
      completed { $0.replace("{\"type\"", with: "{\"id\":\"mine\",\"key\":\"k\",\"type\"") })
    #expect(event.id == "mine")
    #expect(String(decoding: event.json, as: UTF8.self).contains(#""key":"k""#))
  }

  @Test(
    "is refused with the field and the reason",
    arguments: [
      (#""rideId":"r1""#, #""rideId":"""#, "data.rideId: must not be empty"),
      (#""rideId":"r1","#, "", "data.rideId: is missing"),
      (#""total":1000"#, #""total":999"#, "data.fare.total: is 999, but the items add up to 1000"),
      (#""total":1000"#, #""total":"12.50""#, #"data.fare.total: expected a whole number, found "12.50""#),
      (#""total":1000"#, #""total":10.5"#, "data.fare.total: expected a whole number, found 10.5"),
      (#""base":300"#, #""base":-300"#, "data.fare.base: -300 is not between 0 and 1000000000000 minor units"),
      (#""EUR""#, #""EURO""#, #"data.fare.currency: expected an ISO 4217 currency code such as "USD", found "EURO""#),
      (
        #"10:30:00Z"#, "10:30:00",
        #"timestamp: expected a time with its zone, as Z or +02:00, found "2026-04-03T10:30:00""#
      ),
      (#"2026-04-03T10:30"#, "2026-02-30T10:30", #"timestamp: there is no such date, found "2026-02-30T10:30:00Z""#),
      (#""cash""#, #""cheque""#, #"data.payment.method: expected "card" or "wallet" or "cash", found "cheque""#),
      (#""cash""#, #""card""#, "data.payment.token: is missing; a card payment needs one"),
      (#""unknown":["#, #""pickup":{"lat":91,"lon":0},"x":["#, "data.pickup.lat: 91.0 is not between -90 and 90"),
      (
        #""unknown":["#, #""riderEmail":"a@b\r\nBcc: c@d","x":["#,
        "data.riderEmail: \"a@b\r\nBcc: c@d\" is not an e-mail address"
      ),
      (
        #""unknown":["#, #""startedAt":"2026-04-03T11:00:00Z","x":["#,
        "data.completedAt: 2026-04-03T08:29:00Z is before startedAt, 2026-04-03T11:00:00Z"
      ),
      (
        "RIDE_COMPLETED", "RIDE_COMPLETE",
        "type: \"RIDE_COMPLETE\" is none of \(EventCatalog.rides.typeNames.joined(separator: ", "))"
      ),
    ])
  func refused(_ old: String, _ new: String, _ reason: String) {
    let text = completed { $0.replace(old, with: new) }
    #expect(problem { try EventCatalog.rides.read(text).id } == reason)
  }

  @Test("of every type reads back as it was written")
  func roundTrip() throws {
    func check<Data: EventData & Equatable>(_ data: Data) throws {
      let json = JSONWriter.bytes(of: data)
      var parser = JSONParser()
      #expect(try Data(from: parser.parse(json.span)) == data)
      let event = EncodedEvent(data)
      #expect(try EventCatalog.rides.read(event.json.span).json.count == event.json.count)
    }
    var simulator = RideSimulator(seed: 7)
    for _ in 0..<200 {
      let next = simulator.next()
      let ride = try #require(next)
      try check(ride.requested.event)
      try check(ride.completed.event)
    }
    try check(RideRated(rideID: "r", driverID: "d", city: "Porto", stars: 5, comment: "ótimo \"ride\"\n😀"))
    try check(
      PaymentCaptured(rideID: "r", riderID: "u", city: "c", amount: Money(5, .usd), method: .card, reference: "ch"))
    try check(
      PaymentFailed(rideID: "r", riderID: "u", city: "c", amount: Money(5, .usd), method: .card, reason: "no"))
    try check(RatingRequested(rideID: "r", riderID: "u", driverID: "d", city: "c"))
    try check(
      ReceiptSent(rideID: "r", riderID: "u", city: "c", email: "a@b", messageID: "m", amount: 1, currency: .eur))
    try check(
      SurgeUpdated(
        city: "c", minute: 5, cells: [.init("u4pruy", pool: "xl", multiplierPercent: 140, demand: 9, supply: 2)],
        part: 1))
  }
}
