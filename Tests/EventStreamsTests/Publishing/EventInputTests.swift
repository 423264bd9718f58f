import EventStreams
import Testing

@Suite("Event input") struct EventInputTests {
  /// What an input makes of a text: each event with its place, or the problem.
  static func read(_ text: String, pieces: Int? = nil, limit: Int = 10_000_000) -> [String] {
    var input = EventInput(limit: limit)
    let bytes = Array(text.utf8)
    var documents: [InputDocument] = []
    let size = pieces ?? max(1, bytes.count)
    for start in stride(from: 0, to: bytes.count, by: size) {
      documents += input.read(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    documents += input.finish()
    return documents.map { document in
      let text = document.problem ?? String(decoding: document.json, as: UTF8.self)
      return "\(document.place): \(text.trimmingWhitespace)"
    }
  }

  @Test("is one event a line; blank lines, a byte order mark and carriage returns don't count")
  func lines() {
    #expect(Self.read("{\"a\":1}\n{\"a\":2}\n") == ["line 1: {\"a\":1}", "line 2: {\"a\":2}"])
    #expect(Self.read("\u{feff}{\"a\":1}\r\n\r\n   \n{\"a\":2}") == ["line 1: {\"a\":1}", "line 4: {\"a\":2}"])
    #expect(Self.read("") == [])
    #expect(Self.read("\n \n") == [])
  }

  @Test(
    "does not let a bad line spoil another, wherever it is",
    arguments: [
      "no JSON", "{\"a\":", "{\"a\":\"b", "{\"a\":1,", "{\"a\":[1,", "{", "[1,2]", "{\"a\":1}}", "\"text\"", "17",
      "{\"a\" 1}", "]",
    ])
  func badLine(_ bad: String) {
    #expect(
      Self.read("\(bad)\n{\"a\":1}\n{\"a\":2}\n") == ["line 1: \(bad)", "line 2: {\"a\":1}", "line 3: {\"a\":2}"])
    #expect(Self.read("{\"a\":1}\n\(bad)\n{\"a\":2}") == ["line 1: {\"a\":1}", "line 2: \(bad)", "line 3: {\"a\":2}"])
    #expect(Self.read("{\"a\":1}\n\(bad)") == ["line 1: {\"a\":1}", "line 2: \(bad)"])
  }

  @Test("is one object over several lines, or several of them")
  func objects() {
    let object = "{\n  \"a\": \"}{][,\\\"\",\n  \"b\": [1, {\"c\": null}]\n}"
    #expect(Self.read(object) == ["line 1: \(object)"])
    #expect(
      Self.read("\n\(object)\n\(object)\n{\"d\":1}") == [
        "line 2: \(object)", "line 6: \(object)", "line 10: {\"d\":1}",
      ])
  }

  @Test("goes on with the next object after one over several lines that breaks off")
  func brokenObject() {
    let good = "{\n  \"a\": 1\n}"
    let events = Self.read("\(good)\n{\n  \"a\": 1 2\n  \"b\": 3\n}\n\(good)\n")
    #expect(events.count == 3)
    #expect(events.first == "line 1: \(good)")
    #expect(events.last == "line 8: \(good)")
  }

  @Test("is an array, on one line or on many")
  func arrays() {
    #expect(Self.read("[]") == [])
    #expect(
      Self.read("[{\"a\":1},{\"a\":[2]}]") == ["element 1 (line 1): {\"a\":1}", "element 2 (line 1): {\"a\":[2]}"])
    #expect(
      Self.read("\n[\n  {\"a\": \"]\"},\n  {\n    \"a\": 2\n  }\n]\n")
        == ["element 1 (line 3): {\"a\": \"]\"}", "element 2 (line 4): {\n    \"a\": 2\n  }"])
  }

  @Test("says where an array stops being one, and what was not read")
  func brokenArrays() {
    #expect(Self.read("[{\"a\":1}").last == "element 1 (line 1): the array is not closed: the input ends in its middle")
    #expect(Self.read("[{\"a\":1},{\"a\"").count == 3)
    #expect(
      Self.read("[{\"a\":1},\n{\"a\":1}} ,{\"a\":2}]").last?.contains("the rest of the input was not read") == true)
    #expect(
      Self.read("[{\"a\":1}]\n{\"a\":2}").last == "line 2: not JSON: expected the end after the array; it was not read")
  }

  @Test("keeps nothing of what is too long, and reads on behind it")
  func tooLong() {
    let long = "{\"a\":\"\(String(repeating: "x", count: 200))\"}"
    let problem = "longer than 100 bytes"
    #expect(
      Self.read("\(long)\n{\"a\":1}\n\(long)\n", limit: 100) == [
        "line 1: \(problem)", "line 2: {\"a\":1}", "line 3: \(problem)",
      ])
    #expect(
      Self.read("[{\"a\":1},\(long),{\"a\":2}]", limit: 100)
        == ["element 1 (line 1): {\"a\":1}", "element 2 (line 1): \(problem)", "element 3 (line 1): {\"a\":2}"])
  }

  @Test("makes the same of any pieces", arguments: [1, 2, 3, 7])
  func pieces(_ size: Int) {
    for text in [
      "\u{feff}{\"a\":1}\n\n{\"a\":\n{\"é\":\"\\u00e9\"}\nbad\n{\"a\":2}", "[{\"a\":1},\n {\"b\":[2,{}]}]\n",
      "{\n \"a\":1\n}\n{\n \"a\":2\n}\n",
    ] {
      #expect(Self.read(text, pieces: size) == Self.read(text))
    }
  }
}

extension String {
  fileprivate var trimmingWhitespace: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
