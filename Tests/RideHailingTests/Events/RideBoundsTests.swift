import EventStreams
import RideHailing
import Testing

/// What numbers and names events of rides may state.
@Suite("The bounds of events of rides") struct RideBoundsTests {
  private static func event(_ type: String, _ data: String) -> String {
    #"{"type":"\#(type)","timestamp":"2026-04-03T10:30:00Z","data":{"city":"Paris",\#(data)}}"#
  }

  private static let fare = #""fare":{"total":1000,"currency":"EUR"}"#
  private static let people = #""riderId":"u","driverId":"d""#
  private static let cash = #""payment":{"method":"cash"}"#

  private static func completed(_ more: String, ride: String = "r", fare: String = fare) -> String {
    event("RIDE_COMPLETED", #""rideId":"\#(ride)",\#(people),\#(fare),\#(cash)\#(more)"#)
  }

  private static func deposited(_ amount: String, reason: String = "why") -> String {
    event(
      "ACCOUNT_DEPOSITED",
      #""account":"rider:u","currency":"EUR","movement":"m","reason":"\#(reason)","amount":\#(amount)"#)
  }

  private static func refund(_ more: String) -> String {
    event("REFUND_REQUESTED", #""rideId":"r",\#(people),\#(cash),\#(fare),"correction":"c","reason":"why",\#(more)"#)
  }

  private static func surge(_ more: String) -> String {
    let usual = ["multiplierPercent": "140", "demand": "9", "supply": "2"]
    let name = String(more.dropFirst().prefix { $0 != "\"" })
    let rest = usual.filter { $0.key != name }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    let minute = name == "minute" ? more : "\"minute\":29000000"
    let inCell = [rest, name == "minute" ? "" : more].filter { !$0.isEmpty }.joined(separator: ",")
    return event("SURGE_UPDATED", #"\#(minute),"cells":[{"cell":"u4pruy",\#(inCell)}]"#)
      .replacing(#""timestamp""#, with: #""version":2,"timestamp""#)
  }

  @Test(
    "let in what lies on them",
    arguments: [
      completed(#","durationSeconds":31622400,"distanceMeters":100000000"#),
      completed(#","durationSeconds":0,"distanceMeters":0"#),
      completed("", fare: #""fare":{"total":1000000000000,"currency":"EUR"}"#),
      completed("", fare: #""fare":{"base":8e2,"tip":100.0,"taxes":100,"total":1e3,"currency":"EUR"}"#),
      deposited("1000000000000000"), refund(#""amount":1000"#), surge(#""minute":4223371679"#),
      surge(#""demand":1000000000"#),
      deposited("1", reason: String(repeating: "é", count: 500)),
    ])
  func within(_ text: String) throws {
    let event = try EventCatalog.rides.read(text)
    #expect(try EventCatalog.rides.read(event.json.span).json == event.json)
  }

  /// An event of each number in it, with a text in its place.
  private static func events(with number: String) -> [(field: String, event: String)] {
    [
      ("durationSeconds", completed(",\"durationSeconds\":\(number)")),
      ("distanceMeters", completed(",\"distanceMeters\":\(number)")),
      ("fare.total", completed("", fare: "\"fare\":{\"total\":\(number),\"currency\":\"EUR\"}")),
      ("fare.tip", completed("", fare: "\"fare\":{\"tip\":\(number),\"total\":1000,\"currency\":\"EUR\"}")),
      ("amount", deposited(number)), ("refunded", refund("\"amount\":1,\"refunded\":\(number)")),
      ("amount", refund("\"amount\":\(number)")), ("cells[0].demand", surge("\"demand\":\(number)")),
      ("cells[0].supply", surge("\"supply\":\(number)")), ("minute", surge("\"minute\":\(number)")),
      ("cells[0].multiplierPercent", surge("\"multiplierPercent\":\(number)")),
      ("stars", event("RIDE_RATED", "\"rideId\":\"r\",\"driverId\":\"d\",\"stars\":\(number)")),
      (
        "amount",
        event(
          "PAYMENT_CAPTURED",
          "\"rideId\":\"r\",\"riderId\":\"u\",\"currency\":\"EUR\",\"method\":\"cash\",\"amount\":\(number)")
      ),
    ]
  }

  @Test(
    "refuse every other number, wherever it stands, with the field",
    arguments: [
      "9223372036854775807", "-9223372036854775808", "-9.223372036854775808e18", "9223372036854775808", "1e18", "1e400",
      "1e-400",
      "1000.00000000000000001", "9007199254740993.0", "10000000000000001", "-10000000000000001", "\"1\"", "true",
    ])
  func beyond(_ number: String) {
    for (field, event) in Self.events(with: number) {
      let found = Self.refusal(event)
      #expect(found.hasPrefix("data.\(field): "), "\(number): \(found)")
    }
  }

  @Test(
    "refuse names with control characters or what turns text around, with the field and the character",
    arguments: [
      ("h-\\u009b2J", "U+009B"), ("a\\u0000", "U+0000"), ("a\\nb", "U+000A"), ("Par\\u202eis", "U+202E"),
      ("\u{9b}", "U+009B"),
    ])
  func names(_ name: String, _ code: String) {
    for (field, text) in [
      ("rideId", Self.completed("", ride: name)),
      ("driverId", Self.completed("").replacing(#""d""#, with: "\"\(name)\"")),
      ("city", Self.completed("").replacing("Paris", with: name)),
      ("movement", Self.deposited("1").replacing(#""m""#, with: "\"\(name)\"")),
      ("account", Self.deposited("1").replacing("rider:u", with: "rider:\(name)")),
      ("follows", Self.refund(#""amount":1,"follows":"\#(name)""#)),
      ("token", Self.completed("").replacing(#""cash""#, with: "\"card\",\"token\":\"\(name)\"")),
    ] {
      let found = Self.refusal(text)
      #expect(found.contains("\(field): must not hold") && found.hasSuffix("(\(code))"), "\(field): \(found)")
    }
  }

  @Test("refuse texts that are too long, with the field")
  func texts() {
    let long = String(repeating: "x", count: 1001)
    #expect(Self.refusal(Self.deposited("1", reason: long)) == "data.reason: is longer than 1000 bytes")
    let mailed = Self.completed(#","riderEmail":"\#(long)@example.com""#)
    #expect(Self.refusal(mailed).hasPrefix("data.riderEmail: "))
    let comment = String(repeating: "x", count: 4001)
    let rated = Self.event("RIDE_RATED", #""rideId":"r","driverId":"d","stars":5,"comment":"\#(comment)""#)
    #expect(Self.refusal(rated) == "data.comment: is longer than 4000 bytes")
  }

  private static func refusal(_ text: String) -> String { problem { try EventCatalog.rides.read(text).id } }
}
