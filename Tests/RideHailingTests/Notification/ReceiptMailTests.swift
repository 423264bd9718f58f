import EventStreams
import Foundation
import Testing

@testable import RideHailing

@Suite("Receipts by mail")
struct ReceiptMailTests {
  @Test("say what was paid, for what, and when, as mail programs want it")
  func text() {
    var ride = completedRide()
    ride.distanceMeters = 12_345
    ride.durationSeconds = 1201
    let at = Timestamp(microsecondsSinceEpoch: 1_775_212_205_999_999)
    let mail = ReceiptMail(ride: ride, email: "rider@example.com", messageID: "r1@rides.example", at: at)
    #expect(
      mail.text.components(separatedBy: "\r\n") == [
        "From: Rides <receipts@rides.example>", "To: <rider@example.com>", "Subject: Your receipt: USD 13.80",
        "Date: Fri, 03 Apr 2026 10:30:05 +0000", "Message-ID: <r1@rides.example>", "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
        "Thank you for riding with us in New York.", "", "Base fare                  10.00",
        "Tolls                       1.00", "Taxes and fees              0.80", "Tip                         2.00",
        "Total USD                  13.80", "", "Paid by card. Ride r1, driver driver-1.", "12.3 km in 21 minutes.", "",
      ])
  }

  @Test("are one file, however often they are delivered, in a folder that is made when it is needed")
  func delivery() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let outbox = Maildir("\(folder)/outbox")
    for text in ["first", "second"] { try outbox.deliver(text, name: "mail") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/outbox/new") == ["mail"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/outbox/tmp").isEmpty)
    #expect(try String(contentsOfFile: "\(folder)/outbox/new/mail", encoding: .utf8) == "second")
  }

  @Test("say which file could not be written, and why")
  func refusal() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let outbox = Maildir(folder)
    try outbox.deliver("text", name: "mail")
    try FileManager.default.createDirectory(atPath: "\(folder)/tmp/mail", withIntermediateDirectories: true)
    #expect(
      problem { try outbox.deliver("text", name: "mail") } == "cannot write \(folder)/tmp/mail: Is a directory")
  }
}
