import EventStreams
import Testing

@Suite("An identifier") struct IdentifierTests {
  private static let composed = "Jos\u{e9}"
  private static let decomposed = "Jose\u{301}"

  @Test("is its bytes: what only looks the same is another")
  func bytes() {
    #expect(Self.composed == Self.decomposed)
    #expect(!Self.composed.hasSameBytes(as: Self.decomposed))
    #expect(Identifier(Self.composed) != Identifier(Self.decomposed))
    #expect(Set(names: [Self.composed, Self.decomposed]).count == 2)
    var sums: [Identifier: Int] = [:]
    sums[Self.composed, default: 0] += 10
    sums[Self.decomposed, default: 0] += 16
    #expect(sums[Self.composed] == 10 && sums[Self.decomposed] == 16)
    #expect(EventType(rawValue: "RIDE_\u{212a}") != EventType(rawValue: "RIDE_K"))
  }

  @Test("of any length and at any place differs by one byte")
  func lengths() {
    for length in 0...40 {
      let text = String(repeating: "x", count: length)
      #expect(text.hasSameBytes(as: String(text.reversed())))
      #expect(!text.hasSameBytes(as: text + "x"))
      for place in 0..<length {
        let other = String(repeating: "x", count: place) + "y" + String(repeating: "x", count: length - place - 1)
        #expect(!text.hasSameBytes(as: other) && Identifier(text) < Identifier(other))
      }
    }
  }

  @Test("sorts by bytes, as Redis and SQLite do")
  func order() {
    #expect(
      ["\u{1f600}", "z", "\u{ff5e}", Self.composed, Self.decomposed, "Jo", ""].sortedByBytes()
        == ["", "Jo", Self.decomposed, Self.composed, "z", "\u{ff5e}", "\u{1f600}"])
  }

  @Test(
    "holds no control character, and nothing that turns the text or ends its line",
    arguments: [
      ("a\u{0}b", "U+0000"), ("a\nb", "U+000A"), ("\u{1b}[2J", "U+001B"), ("\u{7f}", "U+007F"), ("h\u{9b}2J", "U+009B"),
      ("\u{80}", "U+0080"), ("a\u{202e}b", "U+202E"), ("\u{202a}", "U+202A"), ("\u{2066}", "U+2066"),
      ("\u{2069}", "U+2069"), ("\u{200e}", "U+200E"), ("\u{200f}", "U+200F"), ("\u{61c}", "U+061C"),
      ("a\u{2028}", "U+2028"),
    ])
  func unfit(_ text: String, _ code: String) {
    let error = #expect(throws: JSONError.self) { try Identifier.check(text, "rideId") }
    #expect(error?.path == "rideId" && error?.problem.hasSuffix("(\(code))") == true, "\(error?.description ?? "")")
  }

  @Test(
    "may be any other text",
    arguments: ["r-1", "\"quoted\"", "Z\u{fc}rich", composed, decomposed, "東京 🚕", "a\u{200d}b"])
  func fit(_ text: String) throws {
    try Identifier.check(text, "city")
  }

  @Test("has 1 to 512 bytes")
  func length() {
    #expect(throws: Never.self) { try Identifier.check(String(repeating: "é", count: 256), "id") }
    #expect(throws: JSONError.self) { try Identifier.check(String(repeating: "é", count: 256) + "x", "id") }
    #expect(throws: JSONError.self) { try Identifier.check("", "id") }
  }
}
