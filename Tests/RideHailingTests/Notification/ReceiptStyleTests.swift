import EventStreams
import Foundation
import Testing

@testable import RideHailing

@Suite("A receipt's style")
struct ReceiptStyleTests {
  /// 2026-04-03T10:30:05.999999Z
  private let at = Timestamp(microsecondsSinceEpoch: 1_775_212_205_999_999)
  private let berlin: Cities.City
  private let newYork: Cities.City

  init() throws {
    berlin = Cities.City(zone: try #require(TimeZone(identifier: "Europe/Berlin")), unit: .kilometers)
    newYork = Cities.City(zone: try #require(TimeZone(identifier: "America/New_York")), unit: .miles)
  }

  private func mail(_ locale: String?, _ currency: Currency, _ city: Cities.City, allowsEightBit: Bool = true)
    -> [String]
  {
    var ride = completedRide()
    ride.fare = Fare(base: 1_234_567, currency: currency)
    ride.distanceMeters = 12_345
    ride.durationSeconds = 60
    ride.riderEmail = "rider@example.com"
    ride.riderLocale = locale
    var receipt = Receipt(ride, at: at)
    var paid = PaymentStanding()
    paid.fare = 1_234_567
    paid.card = 1_234_567
    _ = receipt.take(.standing(paid, failure: nil), of: "e1")
    _ = receipt.issue()
    let mail = ReceiptMail(receipt: receipt, email: "rider@example.com", before: nil, at: at, city: city).mail
    return String(decoding: mail.text(from: "receipts@rides.example", allowsEightBit: allowsEightBit), as: UTF8.self)
      .components(separatedBy: "\r\n")
  }

  @Test("is the rider's: language, amounts, days; and the city's: its clock, its measure")
  func style() {
    let german = mail("de-DE", .eur, berlin)
    #expect(german.contains("Danke, dass Sie in New York mit uns gefahren sind."))
    #expect(german.contains("Summe                12.345,67\u{A0}€"))
    #expect(german.contains("Mit Karte bezahlt    12.345,67\u{A0}€"))
    #expect(german.contains("Freitag, 3. April 2026, 12:30 (Europe/Berlin)"))
    #expect(german.contains("12,3 km in 1 min."))
    #expect(german.contains { $0.hasPrefix("<html lang=\"de\">") })

    let american = mail("en-US", .usd, newYork)
    #expect(american.contains("Total                 $12,345.67"))
    #expect(american.contains("Friday, April 3, 2026, 6:30\u{202F}AM (America/New_York)"))
    #expect(american.contains("7.6 mi in 1 min."))
  }

  @Test("without a language is that of programs: no mark, no name depends on where the worker runs")
  func plain() {
    let lines = mail(nil, .usd, newYork)
    #expect(lines.contains("Total USD               12345.67"))
    #expect(lines.contains("2026-04-03 06:30 (America/New_York)"))
    #expect(lines.contains("Subject: Your receipt: USD 12345.67"))
  }

  @Test(
    "has as many decimals as the currency, whatever the language thinks of it; without words of a language, the words are English"
  )
  func decimals() throws {
    let japanese = mail("ja-JP", try #require(Currency("JPY")), .unknown)
    #expect(japanese.contains { $0.hasPrefix("Total ") && $0.hasSuffix("1,234,567") })
    let kuwaiti = mail("en-GB", try #require(Currency("KWD")), .unknown)
    #expect(kuwaiti.contains { $0.hasPrefix("Total ") && $0.hasSuffix("1,234.567") })
  }

  @Test("of a subject beyond ASCII is in encoded words, each short enough")
  func subject() throws {
    let lines = mail("de-DE", .eur, berlin, allowsEightBit: false)
    let start = try #require(lines.firstIndex { $0.hasPrefix("Subject: =?utf-8?B?") })
    var words = [lines[start].dropFirst("Subject: ".count)]
    words += lines[(start + 1)...].prefix { $0.hasPrefix(" ") }.map { $0.dropFirst() }
    let text = try words.map { word in
      #expect(word.utf8.count <= 75)
      return try #require(Data(base64Encoded: String(word.dropFirst("=?utf-8?B?".count).dropLast(2))))
    }
    #expect(String(decoding: text.joined(), as: UTF8.self) == "Ihre Quittung: 12.345,67\u{A0}€")
    #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 < 0x80 } })
  }

  @Test("says the same in all languages: each phrase has the braces of the English one")
  func phrases() {
    func braces(_ words: ReceiptWords) -> [String: [String]] {
      let phrases = Mirror(reflecting: words).children.map { ($0.label ?? "", $0.value as? String ?? "") }
      #expect(phrases.allSatisfy { !$0.1.isEmpty })
      return Dictionary(
        uniqueKeysWithValues: phrases.map { name, phrase in
          (name, phrase.split(separator: "{").dropFirst().map { String($0.prefix { $0 != "}" }) }.sorted())
        })
    }
    for words in ReceiptWords.all { #expect(braces(words) == braces(.english), "\(words.language)") }
    #expect(ReceiptWords.of(Locale(identifier: "pt-BR")).language == "pt")
    #expect(ReceiptWords.of(Locale(identifier: "xx")).language == "en")
    #expect(ReceiptWords.fill("{a} {b}{a}.", ["a": "{b}", "b": "1"]) == "{b} 1{b}.")
  }

  @Test(
    "is read from a file of cities, and what is wrong in it is said with its line",
    arguments: [
      ("city,zone\nLyon,Europe/Lyon", ":2: zone is 'Europe/Lyon', and none such as Europe/Paris"),
      ("city,zone,unit\nLyon,Europe/Paris,leagues", ":2: unit is 'leagues', and neither km nor mi"),
      ("city,zone\nLyon,Europe/Paris\nLyon,UTC", ":3: is for the same city as line 2"),
      ("city,zone\n,Europe/Paris", ":2: city is missing"), ("city,zone\nLyon,", ":2: zone is missing"),
      ("city,zone,unit\nLyon,Europe/Paris,mi", nil),
    ] as [(String, String?)])
  func file(text: String, mistake: String?) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "cities-\(UUID().uuidString).csv").path()
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      let cities = try Cities.read(path)
      #expect(mistake == nil)
      #expect(cities["Lyon"].zone.identifier == "Europe/Paris")
      #expect(cities["Lyon"].unit == .miles)
      #expect(cities["Paris"] == .unknown)
    } catch {
      #expect(error.description == path + (mistake ?? ""))
    }
  }
}
