import EventStreams
import Testing

/// What the catalog, which all events from outside go through, lets in, and what it keeps of it.
@Suite("The door") struct DoorTests {
  private static func read(_ text: String) throws -> EncodedEvent {
    try EventCatalogTests.read(text).get()
  }

  private static func problem(_ text: String) -> String? {
    if case .failure(let error) = EventCatalogTests.read(text) { error.description } else { nil }
  }

  private static func event(_ fields: String = "", data: String = #""key":"k","number":1"#) -> String {
    #"{"type":"NOTED","timestamp":"2026-04-03T10:30:00Z",\#(fields)"data":{\#(data)}}"#
  }

  @Test("keeps the data as it was sent, with unknown fields and numbers to their last digit")
  func keepsData() throws {
    let data =
      #""trackingNo":1524831183200260097,"huge":1234567890123456789012,"exp":1e400,"neg0":-0,"dec":0.1000000000000000055,"#
      + #""number":1e0,"text":"\u0041\/ \" \\","list":[1.0,{"a":null}],"key":"k""#
    let event = try Self.read(Self.event(#""more":[1e2,"x"],"#, data: data))
    #expect(
      String(decoding: event.json, as: UTF8.self)
        == #"{"id":"NOTED:k:1","type":"NOTED","timestamp":"2026-04-03T10:30:00Z","key":"k","more":[1e2,"x"],"data":{\#(data)}}"#
    )
    #expect(try Self.read(String(decoding: event.json, as: UTF8.self)).json == event.json)
  }

  @Test("takes out the blanks between tokens, and none within text")
  func blanks() throws {
    let event = try Self.read(
      Self.event(data: "\n  \"key\" : \"a b\\\" c\" ,\t\"number\" : 1 ,\r\n \"x y\": [ 1 , { } ]\n"))
    #expect(
      String(decoding: event.json, as: UTF8.self).hasSuffix(#""data":{"key":"a b\" c","number":1,"x y":[1,{}]}}"#))
  }

  @Test(
    "lets in no object with a field twice, at any depth",
    arguments: [
      (event(#""type":"NOTED","#), "type: stands there twice"),
      (event(data: #""key":"k","number":1,"key":"k""#), "data.key: stands there twice"),
      (event(data: #""key":"k","number":1,"a":{"b":[0,{"c":1,"c":2}]}"#), "data.a.b[1].c: stands there twice"),
      (event(data: #""key":"k","number":1,"x":1,"\u0078":2"#), "data.x: stands there twice"),
      (
        event(data: #""key":"k","number":1,"# + (0..<50).map { "\"f\($0)\":0" }.joined(separator: ",") + #","f7":1"#),
        "data.f7: stands there twice"
      ),
    ])
  func twice(_ text: String, _ problem: String) {
    #expect(Self.problem(text) == problem)
  }

  @Test("lets in objects whose fields only look alike")
  func alike() {
    #expect(Self.problem(Self.event(data: #""key":"k","number":1,"longer1x":1,"longer2x":2,"é":1,"e\u0301":2"#)) == nil)
    #expect(Self.problem(Self.event(data: #""key":"k","number":1,"a":{"key":1},"b":[{"key":1},{"key":2}]"#)) == nil)
  }

  @Test("lets in an event of 64 KiB, and no longer one")
  func length() throws {
    func text(_ count: Int) -> String {
      Self.event(data: #""key":"k","number":1,"pad":"\#(String(repeating: "x", count: count))""#)
    }
    let rest = try Self.read(text(0)).json.count
    #expect(try Self.read(text(EncodedEvent.longest - rest)).json.count == 65_536)
    #expect(Self.problem(text(EncodedEvent.longest - rest + 1)) == "has 65537 bytes; an event has at most 65536")
  }

  @Test(
    "lets in no id and no key that can't be one",
    arguments: [
      (event(#""id":"","#), "id: must not be empty"),
      (event(#""key":"a\u0000b","#), "key: must not hold a control character (U+0000)"),
      (event(#""id":"a\nb","#), "id: must not hold a control character (U+000A)"),
      (event(#""id":"\#(String(repeating: "x", count: 513))","#), "id: is longer than 512 bytes"),
      (
        event(data: #""key":"k\u202e","number":1"#),
        "key: must not hold a character that turns the direction of text (U+202E)"
      ),
      (event(#""version":0,"#), "version: 0 is less than 1"),
    ])
  func unfit(_ text: String, _ problem: String) {
    // The id is made of the key here, and is looked at first.
    let found = Self.problem(text)
    #expect(found == problem || found == problem.replacing("key:", with: "id:"), "\(found ?? "accepted")")
  }

  @Test("lets in a trace context only if it is one")
  func traceparent() throws {
    let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    #expect(
      String(decoding: try Self.read(Self.event(#""traceparent":"\#(valid)","#)).json, as: UTF8.self).contains(valid))
    #expect(Self.problem(Self.event(#""traceparent":"01\#(valid.dropFirst(2))-later","#)) == nil)
    for wrong in [
      "", "00-1-2-01", valid + "-x", valid.uppercased(), "ff" + valid.dropFirst(2),
      "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01",
      "01\(valid.dropFirst(2))-" + String(repeating: "x", count: 500),
    ] {
      let problem = Self.problem(Self.event(#""traceparent":"\#(wrong)","#))
      #expect(problem?.hasPrefix("traceparent: expected a W3C traceparent") == true, "\(wrong)")
    }
  }

  @Test("keeps what other systems say of a trace beside it, if it is what they may say")
  func tracestate() throws {
    let parent = #""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","#
    let event = try Self.read(Self.event(parent + #""tracestate":"a=1,b@c=x y","#))
    #expect(String(decoding: event.json, as: UTF8.self).contains(parent + #""tracestate":"a=1,b@c=x y","data""#))
    for wrong in ["", "a", #"a=\u0001"#, "a=é", "a=" + String(repeating: "x", count: 511)] {
      let problem = Self.problem(Self.event(parent + #""tracestate":"\#(wrong)","#))
      #expect(problem?.hasPrefix("tracestate: expected a W3C tracestate") == true, "\(wrong)")
    }
  }

  @Test(
    "takes whole numbers that are exactly so, and none that only nearly are",
    arguments: [
      ("1e3", 1000), ("800.0", 800), ("-1.5e1", -15), ("9007199254740992.0", 1 << 53), ("0.001e3", 1),
      ("0e99999999999", 0),
      ("-0.0", 0), ("1000000000000e-9", 1000), ("9223372036854775807", Int.max),
      ("-9223372036854775808", Int.min),
      ("1e-400", nil), ("1000.00000000000000001", nil), ("9007199254740993.0", nil), ("-9.223372036854775808e18", nil),
      ("9.223372036854775807e18", nil), ("1e400", nil), ("1e99999999999999999999", nil), ("9223372036854775808", nil),
      ("10.5", nil),
    ] as [(String, Int?)])
  func integers(_ text: String, _ value: Int?) {
    var parser = JSONParser()
    let bytes = Array(text.utf8)
    let read = try? parser.parse(bytes.span).integer()
    #expect(read == value)
  }

  @Test("names an input that is UTF-16, in whatever pieces it comes", arguments: [1, 2, 3, 100])
  func encodings(_ size: Int) {
    let units = Array("{\"type\":\"NOTED\"}\n{}".utf16)
    let little = units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    for (bytes, name) in [
      ([0xff, 0xfe] + little, "UTF-16"), ([0xfe, 0xff] + big, "UTF-16"), (little, "UTF-16LE"), (big, "UTF-16BE"),
    ] {
      var input = EventInput()
      var documents: [InputDocument] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        documents += input.read(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      documents += input.finish()
      #expect(documents.count == 1)
      #expect(
        documents.first?.problem?.hasPrefix("the input is \(name), and events are UTF-8: iconv -f \(name) ") == true)
    }
  }
}
