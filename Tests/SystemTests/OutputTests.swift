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
    #expect(table.lines() == [#"\u{9b}2J  B"#, #"a\nb      \u{202e}"#])
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
    #expect(table.lines() == ["CITY       RIDES", "東京           1", "🚕 Taipei     22", "Osaka        333"])
  }

  @Test("only numbers stand to the right: what begins with one is a text")
  func numbers() {
    var table = Table("DAY", "IDLE", "LAG", "OWED")
    table.add("2026-04-03", "3s ago", "-", "-1.50")
    table.add("2026-4-30", "12m", "1200", "")
    #expect(
      table.lines() == [
        "DAY         IDLE     LAG   OWED", "2026-04-03  3s ago     -  -1.50", "2026-4-30   12m     1200",
      ])
  }

  private static var report: Table {
    var table = Table("DAY", "CURRENCY", "RIDES", "FARE", drawing: .bar(2), section: "CURRENCY", hasSums: true)
    table.add(.text("1st"), .text("EUR"), .count(1000), .money(Money(250_000, .eur)))
    table.add(.text("2nd"), .text("EUR"), .count(500), .money(Money(100_050, .eur)))
    table.add(.text("1st"), .text("=A"), .count(4), .share(nil))
    return table
  }

  @Test("on a terminal a report has sections with bars and sums, which are as long as there is room")
  func drawn() {
    let screen = Screen(width: 30, hasColors: false)
    #expect(
      Self.report.lines(on: screen) == [
        "EUR  RIDES      FARE", "1st  1,000  2,500.00  ████████", "2nd    500  1,000.50  ████",
        "all  1,500  3,500.50", "", "=A   RIDES      FARE", "1st      4         -  ████████",
      ])
    #expect(Self.report.lines(on: Screen(width: 25, hasColors: false)).allSatisfy { !$0.contains("█") })
    #expect(Self.report.lines(on: Screen(width: 30, hasColors: true))[0].hasPrefix("\u{1b}[1mEUR\u{1b}[0m\u{1b}[2m"))
  }

  @Test("in a pipe a report is one table of plain numbers, and CSV has headings in small letters")
  func plain() {
    #expect(
      Self.report.lines() == [
        "DAY  CURRENCY  RIDES     FARE", "1st  EUR        1000  2500.00", "2nd  EUR         500  1000.50",
        "1st  =A            4        -",
      ])
    #expect(
      Self.report.csv == ["day,currency,rides,fare", "1st,EUR,1000,2500.00", "2nd,EUR,500,1000.50", "1st,'=A,4,"])
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
