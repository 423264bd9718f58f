import EventStreams
import Foundation
import RideHailing
import Testing

@testable import RidesCLI

@Suite("Output") struct OutputTests {
  private static let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2Jred\u{9b}32m\u{202e}lr\n\u{2028}\u{7f}"

  @Test("nothing that steers a terminal is printed, on one line")
  func printable() {
    let shown = Self.hostile.printable
    #expect(shown == #"\u{1b}]0;owned\u{7}\u{1b}[2Jred\u{9b}32m\u{202e}lr\n\u{2028}\u{7f}"#)
    #expect(!shown.unicodeScalars.contains { $0.steersTerminal })
    #expect("Zürich 東京 👩‍👩‍👧".printable == "Zürich 東京 👩‍👩‍👧")
  }

  @Test("JSON that is printed means the same, and steers no terminal either")
  func printableJSON() throws {
    let json = JSONWriter.bytes(of: [Self.hostile])
    let shown = String(decoding: json, as: UTF8.self).printableJSON
    #expect(!shown.unicodeScalars.contains { $0.steersTerminal })
    #expect(try JSONDecoder().decode([String].self, from: Data(shown.utf8)) == [Self.hostile])
  }

  @Test("cells and headings of a table are made printable")
  func table() {
    var table = Table("\u{9b}2J", "B")
    table.add("a\nb", "\u{202e}")
    #expect(table.lines == [#"\u{9b}2J  B"#, #"a\nb      \u{202e}"#])
  }

  @Test(
    "a text is as wide as a terminal shows it",
    arguments: [
      ("plain", 5), ("東京", 4), ("司機-1", 6), ("e\u{301}", 1), ("🚕 Taipei", 9), ("👩‍👩‍👧", 2), ("🇯🇵", 2), ("☂\u{fe0f}", 2),
      ("한국", 4),
      ("\u{1112}\u{1161}\u{11ab}", 2), ("ﾊﾝ", 2), ("Ａ", 2), ("", 0), ("Зума", 4), ("नि", 1),
    ])
  func width(_ text: String, _ columns: Int) { #expect(text.displayWidth == columns) }

  @Test("columns stand below each other, whatever is in them")
  func alignment() {
    var table = Table("CITY", "RIDES")
    table.add("東京", "1")
    table.add("🚕 Taipei", "22")
    table.add("Osaka", "333")
    #expect(table.lines == ["CITY       RIDES", "東京           1", "🚕 Taipei     22", "Osaka        333"])
  }

  @Test("texts that spreadsheets take for formulas are neutralised in CSV, numbers are not")
  func formulas() {
    let texts = ["=1+1", "+1-1", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1"]
    #expect(
      CSV.row(texts) == "'=1+1,'+1-1,'-2+3,'@SUM(A1),'\t=1,' =1,'＝1")
    #expect(
      CSV.row([.number("-5.00"), .text("-5.00"), .text("a-b"), .number(nil), .text(nil), .text("")])
        == "-5.00,'-5.00,a-b,,,\"\"")
    #expect(CSV.row(["\r=1", "=HYPERLINK(\"x\")"]) == "\"'\r=1\",\"'=HYPERLINK(\"\"x\"\")\"")
    #expect(Cell.money(Money(-500, .eur)).field.text == "-5.00")
  }
}

extension CSV.Field {
  fileprivate var text: String { CSV.row([self]) }
}
