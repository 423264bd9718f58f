import EventStreams
import Foundation
import RedisTestSupport
import Testing

@testable import RideHailing

/// PAIN_XSD names the schema, which `scripts/conformance` has from a package in Python; xmllint holds files against it.
@Suite("A bank's file") struct CreditTransferFileTests {
  private static let names = [
    "Jörg Weiß & Söhne", "O'Neill <Taxi>", "Łukasz/Đoković", "Иван Петров", "Ана Ñandú", "王小明",
  ]

  /// A run of as many payouts.
  private func file(_ count: Int, _ currency: Currency = .eur, bic: String = "") throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString).csv").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let rows = (0..<count).map { "d-\($0),\(Self.names[$0 % Self.names.count]),DE89370400440532013000,\(bic)" }
    try Data((["driver,name,iban,bic"] + rows).joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    let rules =
      #"{"run":"R2026W13-X","city":"São Paulo","currency":"\#(currency.code)","week":"2026-W13","zone":"UTC","from":"2026-03-23T00:00:00Z","before":"2026-03-30T00:00:00Z","executeOn":"2026-04-02"}"#
    let run = try #require(
      PayoutRun(stored: #"{"rules":\#(rules),"place":"1-0","at":"2026-03-31T10:00:00.123Z","closed":"9-0"}"#))
    let payouts = try (0..<count).map { index in
      (
        name: "P2026W13-\(1_000 + index)",
        record: try #require(
          PayoutRecord(
            stored:
              #"{"run":"R2026W13-X","driver":"d-\#(index)","city":"São Paulo","amount":\#(index * 7_919 + 1),"currency":"\#(currency.code)","place":"2-\#(index)","at":"2026-03-31T10:00:00Z"}"#
          ))
      )
    }
    let debtor = CreditTransferFile.Debtor(
      name: "Rides SAS", iban: try IBAN("FR7630006000011234567890189"), bic: bic.isEmpty ? nil : bic)
    return String(
      decoding: try CreditTransferFile(run, payouts, from: debtor, to: Payees(file: path)).bytes, as: UTF8.self)
  }

  @Test("says what is paid to whom in the characters that banks take, and the same each time")
  func content() throws {
    let text = try file(6)
    #expect(try file(6) == text)
    #expect(text.contains("<NbOfTxs>6</NbOfTxs>\n<CtrlSum>1187.91</CtrlSum>"), "\(text)")
    #expect(text.contains(#"<InstdAmt Ccy="EUR">79.20</InstdAmt>"#))
    #expect(text.contains("<Nm>Jorg Weiss + Sohne</Nm>") && text.contains("<Nm>O'Neill .Taxi.</Nm>"))
    #expect(text.contains("<Ustrd>2026-W13 Sao Paulo</Ustrd>"))
    #expect(text.contains("<CreDtTm>2026-03-31T10:00:00Z</CreDtTm>"))
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
    let yen = try file(2, #require(Currency("JPY")))
    #expect(yen.contains(#"<InstdAmt Ccy="JPY">7920</InstdAmt>"#))
  }

  @Test("holds against the schema of its message", .enabled(if: ProcessInfo.processInfo.environment["PAIN_XSD"] != nil))
  func schema() async throws {
    for text in [try file(300), try file(1, #require(Currency("JPY"))), try file(20, bic: "COBADEFFXXX")] {
      let problems = try await Self.problems(text)
      #expect(problems.isEmpty, "\(problems.prefix(800))")
    }
    // What finds nothing in anything says nothing.
    for spoilt in [
      try file(1).replacing("<PmtMtd>TRF", with: "<PmtMtd>XXX"),
      try file(1).replacing("<ChrgBr>SLEV</ChrgBr>\n", with: "") + "<a/>",
    ] {
      let problems = try await Self.problems(spoilt)
      #expect(!problems.isEmpty)
    }
  }

  /// What xmllint says of a file; empty if nothing is wrong.
  private static func problems(_ text: String) async throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString).xml").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let schema = ProcessInfo.processInfo.environment["PAIN_XSD"] ?? ""
    let run = try await TestProgram("xmllint").run(["--noout", "--nonet", "--schema", schema, path])
    return run.status == 0 ? "" : "\(run.errors)\(run.status)"
  }
}
