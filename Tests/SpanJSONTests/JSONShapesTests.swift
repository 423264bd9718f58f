import Testing

@testable import SpanJSON

@Suite("Shapes that are read in one go") struct JSONShapesTests {
  private func read<Value>(
    _ text: String, _ body: (inout JSONObject) throws(JSONError) -> Value
  ) throws(JSONError) -> Value {
    var parser = JSONParser()
    var object = try parser.parse(text.utf8.span).object()
    return try body(&object)
  }

  @Test("are optionals: nil where there is no such field or it is null, also among others")
  func optionals() throws {
    for (text, expected) in [(#"{"tip":150}"#, 150), (#"{"tip":null}"#, nil), ("{}", nil)] as [(String, Int?)] {
      #expect(try read(text) { (object) throws(JSONError) -> Int? in try object["tip"] } == expected)
    }
    let stars = try read(#"{"stars":[5,null,3]}"#) { (object) throws(JSONError) -> [Int?] in try object["stars"] }
    #expect(stars == [5, nil, 3])
    for text in [#"{"tip":"x"}"#, #"{"fare":{"tip":"x"}}"#] {
      let error = #expect(throws: JSONError.self) {
        try read(text) { (object) throws(JSONError) -> Int? in
          if text.contains("fare") { return try object["fare", "tip"] }
          return try object["tip"]
        }
      }
      #expect(error?.problem == #"expected a whole number, found "x""#)
    }
    #expect(throws: JSONError.self) { try read("{}") { (object) throws(JSONError) -> Int in try object["tip"] } }
  }

  @Test("are a field in a field, with both named where it is wrong")
  func nested() throws {
    let text = #"{"ride":"r1","fare":{"total":1230,"currency":"EUR"},"stars":5}"#
    let (ride, total, stars): (String, Int, Int) = try read(text) { (object) throws(JSONError) in
      (try object["ride"], try object["fare", "total"], try object["stars"])
    }
    #expect((ride, total, stars) == ("r1", 1230, 5))
    for (text, problem) in [
      (#"{"fare":{"total":"x"}}"#, #"fare.total: expected a whole number, found "x""#),
      (#"{"fare":{}}"#, "fare.total: is missing"), ("{}", "fare: is missing"),
      (#"{"fare":1}"#, "fare: expected an object, found 1"),
    ] {
      let error = #expect(throws: JSONError.self) {
        try read(text) { (object) throws(JSONError) -> Int in try object["fare", "total"] }
      }
      #expect(error.map { "\($0)" } == problem)
    }
  }
}
