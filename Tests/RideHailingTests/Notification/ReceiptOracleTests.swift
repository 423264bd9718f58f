import EventStreams
import Foundation
import Testing

@testable import RideHailing

/// In `scripts/conformance`, which has Babel installed.
@Suite(
  "Receipts in the manner of a language, and Babel", .enabled(if: ProcessInfo.processInfo.environment["BABEL"] != nil))
struct ReceiptOracleTests {
  @Test("are written as that writes them, but for what is listed")
  func same() async throws {
    let lines = try await PythonModel.lines("receipt_styles.py", [])
    #expect(lines.count > 2000)
    var differences: [String: [String]] = [:]
    for line in lines {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let (kind, locale, of, number, theirs) = (parts[0], parts[1], parts[2], try #require(Int(parts[3])), parts[4])
      let zone = TimeZone(identifier: kind == "time" ? of : "UTC") ?? .gmt
      let style = ReceiptStyle(locale: locale, city: Cities.City(zone: zone, unit: .kilometers))
      let ours =
        switch kind {
        case "amount": style.amount(Money(number, try #require(Currency(of))))
        case "time": String(style.time(Timestamp(secondsSinceEpoch: Int64(number))).split(separator: " (")[0])
        default: String(style.distance(meters: number * 100).dropLast(" km".count))
        }
      guard ours != theirs else { continue }
      differences["\(kind) \(locale)", default: []].append("\(of) \(number): \(ours) | \(theirs)")
    }
    let unknown = differences.filter { Self.known[$0.key] == nil }
    #expect(unknown.isEmpty, "\(unknown.mapValues { ($0.count, $0.prefix(3)) })")
  }

  /// In what ICU and Babel differ, by kind and language.
  private static let known = [
    "amount ar-EG": digits, "length ar-EG": digits, "time ar-EG": digits,
    "amount de-CH": separator, "length de-CH": separator, "length fr-CH": separator,
    "amount en-GB": blank, "amount en-IN": blank, "amount en-US": blank, "amount es-MX": blank, "amount ja-JP": blank,
    "amount tr-TR": blank, "time ja-JP": "between date and weekday Babel writes no blank",
    "amount es-ES": grouping, "amount it-IT": grouping, "amount pl-PL": grouping, "amount pt-PT": grouping,
    "length es-ES": grouping, "length it-IT": grouping, "length pl-PL": grouping, "length pt-PT": grouping,
    "amount fr-CH": "Babel writes the currency behind the amount",
    "amount sv-SE": "Babel writes a hyphen for the minus sign",
    "time fr-CA": "Babel writes 06 h 53",
  ]

  private static let digits = "Babel writes Latin digits"
  private static let separator = "another mark parts the thousands"
  private static let blank = "Babel writes no blank between a currency's code and the amount"
  private static let grouping = "Babel parts the thousands of four digits too"
}
