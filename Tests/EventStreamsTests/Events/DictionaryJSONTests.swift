import EventStreams
import Testing

@Suite("A dictionary by name in JSON") struct DictionaryJSONTests {
  private func read<Value>(
    _ text: String, _ body: (inout JSONObject) throws(JSONError) -> Value
  ) throws(JSONError) -> Value {
    var parser = JSONParser()
    var object = try parser.parse(text.utf8.span).object()
    return try body(&object)
  }

  @Test("is an object, and written the same each time")
  func dictionary() throws {
    let counts: [Identifier: Int] = try read(#"{"counts":{"b":2,"a":1,"é":3}}"#) { (object) throws(JSONError) in
      try object["counts"]
    }
    #expect(counts == ["a": 1, "b": 2, "é": 3])
    // The same letter, composed and decomposed, is two names.
    let twice: [Identifier: Int] = try read("{\"counts\":{\"\u{e9}\":1,\"e\u{301}\":2}}") {
      (object) throws(JSONError) in try object["counts"]
    }
    #expect(twice.count == 2)
    #expect(String(decoding: JSONWriter.bytes(of: counts), as: UTF8.self) == #"{"a":1,"b":2,"é":3}"#)
    for (text, problem) in [
      (#"{"counts":{"a":1,"b":"x"}}"#, #"counts.b: expected a whole number, found "x""#),
      (#"{"counts":{"a":1,"a":2}}"#, "counts.a: is there twice"),
    ] {
      let error = #expect(throws: JSONError.self) {
        try read(text) { (object) throws(JSONError) -> [Identifier: Int] in try object["counts"] }
      }
      #expect(error.map { "\($0)" } == problem)
    }
  }
}
