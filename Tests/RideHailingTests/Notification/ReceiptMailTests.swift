import EventStreams
import Foundation
import Testing

@testable import RideHailing

@Suite("Receipts by mail")
struct ReceiptMailTests {
  private let at = Timestamp(microsecondsSinceEpoch: 1_775_212_205_999_999)

  private func receipt() -> Receipt {
    var ride = completedRide()
    ride.distanceMeters = 12_345
    ride.durationSeconds = 1201
    ride.riderEmail = "rider@example.com"
    return Receipt(ride, at: at)
  }

  private func lines(_ receipt: Receipt, before: Receipt? = nil, allowsEightBit: Bool = true) -> [String] {
    let mail = ReceiptMail(receipt: receipt, email: "rider@example.com", before: before, at: at).mail
    return String(decoding: mail.text(from: "receipts@rides.example", allowsEightBit: allowsEightBit), as: UTF8.self)
      .components(separatedBy: "\r\n")
  }

  @Test("say what was paid, how, for what, and when, as mail programs want it")
  func text() {
    var paid = receipt()
    _ = paid.take(.standing(standing(card: 1380), failure: nil), of: "e1")
    _ = paid.issue()
    let lines = lines(paid)
    let page = lines.firstIndex(of: "Content-Type: text/html; charset=utf-8") ?? 0
    #expect(
      lines.prefix(page) == [
        "From: Rides <receipts@rides.example>", "To: <rider@example.com>", "Subject: Your receipt: USD 13.80",
        "Date: Fri, 03 Apr 2026 10:30:05 +0000", "Message-ID: <RECEIPT_SENT.3ar1.3a1@rides.example>",
        "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
        #"Content-Type: multipart/alternative; boundary="=_rides-receipt_=""#, "", "--=_rides-receipt_=",
        "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 7bit", "",
        "Thank you for riding with us in New York.", "", "Base fare                  10.00",
        "Tolls                       1.00", "Taxes and fees              0.80", "Tip                         2.00",
        "Total USD                  13.80", "", "Paid by card               13.80", "Nothing is owed.", "",
        "Ride r1, driver driver-1.", "2026-04-03 10:30 (UTC)", "12.3 km in 21 min.", "", "--=_rides-receipt_=",
      ])
    #expect(lines.suffix(4) == ["</body></html>", "", "--=_rides-receipt_=--", ""])
    #expect(lines.contains { $0.contains("Total USD") && $0.hasPrefix("<tr>") })
  }

  @Test("are ASCII for servers that take nothing else, and say the same")
  func encoded() {
    var ride = completedRide()
    ride.city = "São Paulo <b>&"
    var receipt = Receipt(ride, at: at)
    _ = receipt.take(.standing(standing(card: 1380), failure: nil), of: "e1")
    _ = receipt.issue()
    let plain = lines(receipt)
    #expect(plain.contains("Thank you for riding with us in São Paulo <b>&."))
    #expect(plain.contains("<p>Thank you for riding with us in São Paulo &lt;b&gt;&amp;.</p>"))
    let encoded = lines(receipt, allowsEightBit: false)
    #expect(encoded.contains("Content-Transfer-Encoding: quoted-printable"))
    #expect(encoded.contains("Thank you for riding with us in S=C3=A3o Paulo <b>&."))
    #expect(encoded.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 < 0x80 } })
  }

  @Test("encode any text so that it comes back, in short lines")
  func quotedPrintable() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let alphabet: [UInt8] = Array(" =a\n".utf8) + [0xC3, 0x00]
      let text = (0..<Int.random(in: 0..<300, using: &generator)).map { _ in
        alphabet[Int.random(in: alphabet.indices, using: &generator)]
      }
      let lines = text.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] as [UInt8] } + Array("\r\n".utf8)
      let encoded = QuotedPrintable.encode(lines)
      #expect(Self.decoded(encoded) == lines)
      #expect(encoded.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count <= 77 })
    }
  }

  private static func decoded(_ text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "=") {
        let digits = String(decoding: text[(index + 1)...(index + 2)], as: UTF8.self)
        if let byte = UInt8(digits, radix: 16) { bytes.append(byte) }
        index += 3
      } else {
        bytes.append(text[index])
        index += 1
      }
    }
    return bytes
  }

  @Test(
    "say when they were sent as mail headers do, whatever the day",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
      (951_782_399_000_000, "Mon, 28 Feb 2000 23:59:59 +0000"),
      (951_868_800_000_000, "Wed, 01 Mar 2000 00:00:00 +0000"),
      (1_798_761_599_999_999, "Thu, 31 Dec 2026 23:59:59 +0000"),
      (Timestamp.earliest.microsecondsSinceEpoch, "Sat, 01 Jan 0000 00:00:00 +0000"),
    ] as [(Int64, String)])
  func date(microseconds: Int64, text: String) {
    #expect(MailDate(Timestamp(microsecondsSinceEpoch: microseconds)).description == text)
  }

  @Test("never call paid what was declined, and say what has changed when it is sent again")
  func declined() {
    var receipt = receipt()
    _ = receipt.take(.standing(standing(owed: 1380), failure: "stolen card"), of: "e1")
    _ = receipt.issue()
    let first = lines(receipt)
    #expect(!first.contains { $0.contains("Paid by") || $0.contains("Nothing is owed") })
    #expect(first.contains("Still owed                 13.80"))
    #expect(first.contains("The payment failed: stolen card."))

    let before = receipt
    _ = receipt.take(.standing(standing(wallet: 1000, owed: 380), failure: nil), of: "e2")
    _ = receipt.issue()
    let second = lines(receipt, before: before)
    #expect(second.contains("Subject: Your receipt, version 2: USD 13.80"))
    #expect(second.contains("References: <RECEIPT_SENT.3ar1.3a1@rides.example>"))
    let start = second.firstIndex(of: "Your receipt has changed.") ?? 0
    #expect(
      second[start...].prefix(4) == [
        "Your receipt has changed.", "Paid by wallet: 10.00 instead of 0.00", "Still owed: 3.80 instead of 13.80", "",
      ])
    #expect(second.contains("Paid by wallet             10.00"))
    #expect(second.contains("Still owed                  3.80"))
  }

  @Test("have a version for each change, and none for an event that is heard again or changes nothing")
  func versions() {
    var receipt = receipt()
    #expect(receipt.summary.state == "not sent yet")
    let paid = standing(card: 1380)
    let steps: [(change: Receipt.Change, event: String, isTaken: Bool, isNew: Bool)] = [
      (.standing(paid, failure: nil), "e1", true, true), (.standing(paid, failure: nil), "e1", false, false),
      (.standing(paid, failure: nil), "e2", true, false),
      (.standing(standing(card: 380, refunded: 1000), failure: nil), "e3", true, true),
      (.standing(paid, failure: nil), "e1", false, false),
    ]
    for step in steps {
      let isTaken = receipt.take(step.change, of: step.event)
      #expect(isTaken == step.isTaken, "\(step)")
      let isNew = receipt.issue()
      #expect(isNew == step.isNew, "\(step)")
    }
    #expect(receipt.version == 2)
    #expect(receipt.summary.state == "version 2 sent")
  }

  private func standing(card: Int = 0, wallet: Int = 0, owed: Int = 0, refunded: Int = 0) -> PaymentStanding {
    var standing = PaymentStanding()
    standing.fare = 1380
    standing.card = card
    standing.wallet = wallet
    standing.owed = owed
    standing.refunded = refunded
    return standing
  }

  private static func mail(_ text: String) -> Mail {
    Mail(name: "mail", recipient: "rider@example.com") { _, _ in Array(text.utf8) }
  }

  @Test("are one file, however often they are delivered, in a folder that is made when it is needed")
  func delivery() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let outbox = Maildir("\(folder)/outbox")
    for text in ["first", "second"] { try outbox.deliver(Self.mail(text)) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/outbox/new") == ["mail"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/outbox/tmp").isEmpty)
    #expect(try String(contentsOfFile: "\(folder)/outbox/new/mail", encoding: .utf8) == "second")
  }

  @Test("say which file could not be written, and why")
  func refusal() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let outbox = Maildir(folder)
    try outbox.deliver(Self.mail("text"))
    try FileManager.default.createDirectory(atPath: "\(folder)/tmp/mail", withIntermediateDirectories: true)
    #expect(
      problem { try outbox.deliver(Self.mail("text")) }
        == "cannot write \(folder)/tmp/mail: Is a directory")
  }
}
