import SpanJSON
import Testing

@Suite("The fields of an object that is changed") struct JSONFieldsTests {
  private func changed(_ json: String, _ change: (inout JSONFields) throws -> Void) throws -> String {
    var parser = JSONParser()
    var fields = try JSONFields(from: parser.parse(json.utf8.span))
    try change(&fields)
    return String(decoding: JSONWriter.bytes(of: fields), as: UTF8.self)
  }

  @Test("stay as they were written where nothing touches them, numbers to their last digit")
  func untouched() throws {
    let json = #"{"a":1.10,"b":12345678901234567890123,"c":"\u00e9\n","d":[1,{"e":null}],"f":{"g":true},"h":null}"#
    #expect(try changed(json) { _ in } == json)
    #expect(try changed(#"{ "a" : [ 1 , " 2 " ] }"#) { _ in } == #"{"a":[1," 2 "]}"#)
  }

  @Test("are read, set, removed and renamed, also inside")
  func changes() throws {
    let json = #"{"sum":1.10,"rider":{"mail":"a@b","n":7},"old":1,"none":null}"#
    let changed = try changed(json) {
      $0.rename("sum", to: "total")
      #expect(try $0.value("none", as: Int.self) == nil)
      #expect(try $0.value("missing", as: Int.self) == nil)
      $0.set("currency", to: try $0.value("currency") ?? "USD")
      $0.remove("old")
      try $0.change("rider") { (rider) throws(JSONError) in
        rider.rename("mail", to: "email")
        rider.set("n", to: (try rider.value("n") ?? 0) + 1)
      }
      try $0.change("none") { (none) throws(JSONError) in none.set("a", to: 1) }
      #expect($0.names == ["total", "rider", "none", "currency"])
    }
    #expect(changed == #"{"total":1.10,"rider":{"email":"a@b","n":8},"none":null,"currency":"USD"}"#)
  }

  @Test("of one name: the first counts, and a new name replaces what had it")
  func doubles() throws {
    #expect(try changed(#"{"a":1,"a":2,"b":3}"#) { $0.rename("a", to: "b") } == #"{"b":1}"#)
    #expect(try changed(#"{"a":1}"#) { $0.rename("b", to: "a") } == #"{"a":1}"#)
    #expect(try changed(#"{"a":1}"#) { $0.rename("a", to: "a") } == #"{"a":1}"#)
  }

  @Test("say where a value is wrong")
  func wrong() throws {
    #expect(throws: JSONError(path: "rider.n", problem: "expected a whole number, found \"x\"")) {
      try changed(#"{"rider":{"n":"x"}}"#) {
        try $0.change("rider") { (rider) throws(JSONError) in _ = try rider.value("n", as: Int.self) }
      }
    }
    #expect(throws: JSONError(problem: "expected an object, found an array")) { try changed("[]") { _ in } }
  }
}
