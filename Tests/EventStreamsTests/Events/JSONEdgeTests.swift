import EventStreams
import Foundation
import RandomTestSupport
import Testing

/// The edges of JSON: against Foundation where it reads as RFC 8259 says, and by what must hold where it doesn't.
@Suite("JSON at its edges") struct JSONEdgeTests {
  private func integer(_ text: String) -> Int? {
    var parser = JSONParser()
    do throws(JSONError) { return try parser.parse(text.utf8.span).integer() } catch { return nil }
  }

  private func string(_ bytes: [UInt8]) -> String? {
    var parser = JSONParser()
    do throws(JSONError) { return try parser.parse(bytes.span).string() } catch { return nil }
  }

  private func noted(_ bytes: [UInt8]) -> Noted? {
    var parser = JSONParser()
    do throws(JSONError) { return try Noted(from: parser.parse(bytes.span)) } catch { return nil }
  }

  @Test("whole numbers are Foundation's, around every power of ten and of two")
  func integers() {
    var texts: [String] = []
    for power in 0..<64 {
      for offset in -2...2 {
        let value = Int(truncatingIfNeeded: 1 << power) &+ offset
        texts += ["\(value)", "\(0 &- value)"]
      }
    }
    for digits in 1...21 {
      texts += [
        String(repeating: "9", count: digits), "-" + String(repeating: "9", count: digits),
        "1" + String(repeating: "0", count: digits - 1), "-1" + String(repeating: "0", count: digits - 1),
      ]
    }
    texts += ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809"]
    for text in texts {
      let reference = try? JSONDecoder().decode(Int.self, from: Data(text.utf8))
      #expect(integer(text) == reference, "\(text)")
    }
    for text in ["+1", "01", "-", "--1", "1.", ".5", "0x10", "1e", "1_000", "NaN", "Infinity"] {
      #expect(integer(text) == nil, "\(text)")
    }
  }

  @Test("whitespace may stand between all tokens, and only JSON's own")
  func whitespace() {
    let tokens = ["{", "\"key\"", ":", "\"k\"", ",", "\"number\"", ":", "1", ",", "\"place\"", ":", "\"p\"", "}"]
    let expected = Noted("k", 1, place: "p")
    for place in 0...tokens.count {
      for space in [" ", "\t", "\n", "\r", " \r\n\t  "] {
        let text = tokens[..<place].joined() + space + tokens[place...].joined()
        #expect(noted(Array(text.utf8)) == expected, "\(text)")
      }
      for other in ["\u{b}", "\u{c}", "\u{a0}", "\u{2028}", "\u{0}", "\u{feff}"] {
        let text = tokens[..<place].joined() + other + tokens[place...].joined()
        #expect(noted(Array(text.utf8)) == nil, "\(text)")
      }
    }
  }

  @Test("an event that is cut off at any byte is refused, and no event")
  func truncation() {
    let whole = EncodedEvent(
      Noted("clé \"\\ 😀", -12, place: "place"), timestamp: Timestamp(millisecondsSinceEpoch: 1),
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    ).json
    let catalog = EventCatalog([Noted.self])
    #expect(throws: Never.self) { try catalog.read(whole.span) }
    for length in 0..<whole.count {
      let part = Array(whole[..<length])
      #expect(throws: JSONError.self) { try catalog.read(part.span) }
    }
  }

  @Test(
    "surrogates are taken in pairs only", arguments: [0xd7ff, 0xd800, 0xd83d, 0xdbff, 0xdc00, 0xde00, 0xdfff, 0xe000])
  func surrogates(first: Int) {
    func escape(_ unit: Int) -> String { "\\u" + String(unit, radix: 16) }
    let isHigh = (0xd800..<0xdc00).contains(first)
    let isLow = (0xdc00..<0xe000).contains(first)
    #expect((string(Array("\"\(escape(first))\"".utf8)) != nil) == (!isHigh && !isLow))
    for second in [0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xde00, 0xdfff, 0xe000] {
      let bytes = Array("\"a\(escape(first))\(escape(second))z\"".utf8)
      let reference = try? JSONDecoder().decode(String.self, from: Data(bytes))
      #expect(string(bytes) == reference, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test("text is read and written as it is wherever a special character stands in it")
  func places() throws {
    // Text is looked at eight bytes at a time: every place in a word, before and after its end.
    for length in 0...20 {
      for place in 0...length {
        for special in ["\"", "\\", "\u{0}", "\u{1f}", " ", "\u{7f}", "é", "漢", "😀", "/"] {
          let text = String(repeating: "x", count: place) + special + String(repeating: "y", count: length - place)
          let written = JSONWriter.bytes(of: text)
          #expect(try JSONDecoder().decode(String.self, from: Data(written)) == text)
          #expect(string(written) == text)
        }
      }
    }
    for place in 0...20 {
      let bytes = [UInt8(ascii: "\"")] + Array(repeating: UInt8(ascii: "x"), count: place) + [0x1f, UInt8(ascii: "\"")]
      #expect(string(bytes) == nil)
    }
  }

  @Test("no bytes whatever end the process, and what is read is written and read again as the same")
  func fuzz() {
    let deadline = ContinuousClock.now + .seconds(3)
    let catalog = EventCatalog([Noted.self])
    let seeds = [
      EncodedEvent(Noted("k", 1), timestamp: Timestamp(millisecondsSinceEpoch: 1)).json,
      Array(
        #"{"type":"NOTED","timestamp":"2026-04-03T10:30:00+02:00","data":{"key":"\u00e9\ud83d\ude00","number":-1e3}}"#
          .utf8),
      Array(#"[1.5e-7,[],{},"\\\"",null,true,false,-0,{"a":{"a":[[[]]]}}]"#.utf8),
    ]
    let tokens = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "0", "-", "1e9", "999999999999999999999", "null",
      "true", "é",
      "\u{0}",
    ].map { Array($0.utf8) }
    var generator = Seeded(state: 99)
    var rounds = 0
    while rounds < 40_000, ContinuousClock.now < deadline {
      rounds += 1
      var bytes = seeds.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes.insert(contentsOf: tokens.randomElement(using: &generator) ?? [], at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...8, using: &generator)))
        case 2: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
        case 3: bytes = Array(bytes[..<place])
        default: bytes.insert(contentsOf: bytes[..<place], at: place)
        }
        if bytes.count > 4096 { bytes = Array(bytes[..<4096]) }
      }
      guard let event = try? catalog.read(bytes.span) else { continue }
      #expect((try? catalog.read(event.json.span))?.json == event.json)
    }
    #expect(rounds > 100)
  }
}
