import SpanJSON
import Testing

@Suite("Records") struct JSONRecordTests {
  struct Tip: JSONRecord, Equatable {
    var amount = 0
    var thanks: String?

    init(_ amount: Int) { self.amount = amount }

    init(_ fields: inout RecordFields<Self>) throws(JSONError) {
      amount = try fields("amount", \.amount, .within(0...1000))
      thanks = try fields.optional("thanks", \.thanks, .atMost(bytes: 5).personal(of: "rider"))
    }
  }

  struct Ride: JSONRecord, Equatable {
    let id: String
    let tip: Tip?
    let tolls: Int
    let seats: Int
    let stops: [String]

    init(id: String, tip: Tip? = nil, tolls: Int = 0, seats: Int = 4, stops: [String] = []) {
      (self.id, self.tip, self.tolls, self.seats, self.stops) = (id, tip, tolls, seats, stops)
    }

    init(_ fields: inout RecordFields<Self>) throws(JSONError) {
      id = try fields("id", \.id, .notEmpty)
      tip = try fields.optional("tip", \.tip)
      tolls = try fields("tolls", \.tolls, omitting: 0)
      seats = try fields("seats", \.seats, ifAbsent: 4)
      fields.derived("paid", { $0.tolls + ($0.tip?.amount ?? 0) })
      stops = try fields("stops", \.stops, omitting: [])
    }

    func check() throws(JSONError) {
      if stops.count > seats { throw JSONError(path: "stops", problem: "are more than seats") }
    }
  }

  private func read(_ text: String) throws(JSONError) -> Ride {
    var parser = JSONParser()
    return try Ride(from: parser.parse(text.utf8.span))
  }

  private func written(_ ride: Ride) -> String { String(decoding: JSONWriter.bytes(of: ride), as: UTF8.self) }

  @Test("are written in the order of their list, without what is absent or usual, and read back the same")
  func roundTrip() throws {
    var tip = Tip(3)
    tip.thanks = "merci"
    for (ride, text) in [
      (Ride(id: "r"), #"{"id":"r","seats":4,"paid":0}"#),
      (
        Ride(id: "r", tip: tip, tolls: 2, seats: 1, stops: ["a"]),
        #"{"id":"r","tip":{"amount":3,"thanks":"merci"},"tolls":2,"seats":1,"paid":5,"stops":["a"]}"#
      ),
    ] {
      #expect(written(ride) == text)
      #expect(try read(text) == ride)
    }
    #expect(try read(#"{"stops":["a"],"more":[{}],"id":"r","seats":null}"#) == Ride(id: "r", stops: ["a"]))
    // Beside other fields of an object, and after one another.
    var writer = JSONWriter()
    writer.array {
      $0.element(Ride(id: "a"))
      $0.element(Ride(id: "b"))
    }
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"[{"id":"a","seats":4,"paid":0},{"id":"b","seats":4,"paid":0}]"#)
  }

  @Test(
    "say which field is wrong, however deep, and what must hold between fields",
    arguments: [
      (#"{"id":""}"#, "id: is empty"), (#"{}"#, "id: is missing"),
      (#"{"id":"r","tolls":"x"}"#, #"tolls: expected a whole number, found "x""#),
      (#"{"id":"r","tip":{"amount":1001}}"#, "tip.amount: 1001 is not between 0 and 1000"),
      (#"{"id":"r","tip":{"amount":1,"thanks":"thanks"}}"#, "tip.thanks: is longer than 5 bytes"),
      (#"{"id":"r","stops":["a","b"],"seats":1}"#, "stops: are more than seats"),
    ])
  func problems(text: String, problem: String) {
    do { Issue.record("\(try read(text))") } catch { #expect("\(error)" == problem) }
  }

  @Test("describe their fields, and which of them are personal")
  func descriptions() throws {
    let fields = Ride.fieldDescriptions
    #expect(fields.map(\.name) == ["id", "tip", "tolls", "seats", "paid", "stops"])
    #expect(fields.map(\.isOptional) == [false, true, true, true, true, true])
    #expect(fields[0].rule == "not empty")
    #expect(fields[5].kind == "array of string")
    #expect(fields[1].fields.map(\.rule) == ["0 … 1000", "at most 5 bytes"])
    #expect(fields[1].fields.map(\.subject) == [nil, "rider"])
  }
}
