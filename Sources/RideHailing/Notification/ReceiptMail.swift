import EventStreams

/// A version of a receipt as a mail (RFC 5322), plain text in UTF-8.
struct ReceiptMail {
  let receipt: Receipt
  let email: String
  /// What the version before said; nil of the first one.
  let before: PaymentStanding?
  /// When it is sent.
  let at: Timestamp

  /// The mail's file, the same however often it is delivered.
  var name: String { Self.fileName(receipt.eventID) }

  /// A mail's own name.
  static func messageID(_ eventID: String) -> String { "\(fileName(eventID))@rides.example" }

  var text: String {
    let version = receipt.version > 1 ? ", version \(receipt.version)" : ""
    var headers = [
      "From: Rides <receipts@rides.example>", "To: <\(email)>",
      "Subject: Your receipt\(version): \(receipt.fare.amount)", "Date: \(MailDate(at))",
      "Message-ID: <\(Self.messageID(receipt.eventID))>",
    ]
    if receipt.version > 1 {
      // The first one, so that mail programs show them together.
      headers.append("References: <\(Self.messageID(ReceiptSent.id(ride: receipt.rideID, version: 1)))>")
    }
    headers += [
      "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
    ]
    return (headers + [""] + body).joined(separator: "\r\n") + "\r\n"
  }

  private var body: [String] {
    let (fare, amounts) = (receipt.fare, receipt.amounts)
    var body =
      if let before { ["Your receipt has changed: \(changes(before))."] } else {
        ["Thank you for riding with us in \(receipt.city)."]
      }
    body.append("")
    body += rows([
      ("Base fare", fare.base), ("Distance", fare.distance), ("Time", fare.time), ("High demand", fare.surge),
      ("Tolls", fare.tolls), ("Taxes and fees", fare.taxes), ("Tip", fare.tip),
    ])
    body.append(row("Total \(fare.currency)", fare.total))
    body.append("")
    body += rows([
      ("Paid by card", amounts.card), ("Paid by wallet", amounts.wallet), ("Paid by cash", amounts.cash),
      ("Refunded", amounts.refunded), ("Still owed", amounts.owed),
    ])
    if amounts.owed == 0 {
      body.append("Nothing is owed.")
    } else if let failure = receipt.failure {
      body.append("The payment failed: \(failure).")
    }
    body += ["", "Ride \(receipt.rideID), driver \(receipt.driverID)."]
    if let meters = receipt.distanceMeters, let seconds = receipt.durationSeconds {
      body.append("\(meters / 1000).\(meters % 1000 / 100) km in \(seconds / 60 + (seconds % 60 > 0 ? 1 : 0)) minutes.")
    }
    return body
  }

  /// What is another amount than the version before said, as a list for a sentence.
  private func changes(_ before: PaymentStanding) -> String {
    let now = receipt.amounts
    let all = [
      ("total", before.fare, now.fare), ("paid by card", before.card, now.card),
      ("paid by wallet", before.wallet, now.wallet), ("paid by cash", before.cash, now.cash),
      ("refunded", before.refunded, now.refunded), ("still owed", before.owed, now.owed),
    ].filter { $0.1 != $0.2 }
    guard !all.isEmpty else { return "what the total is made of" }
    return all.map { "\($0.0) \(decimal($0.2)) instead of \(decimal($0.1))" }.joined(separator: ", ")
  }

  private func rows(_ lines: [(String, Int)]) -> [String] {
    lines.filter { $0.1 != 0 }.map { row($0.0, $0.1) }
  }

  private func row(_ name: String, _ minorUnits: Int) -> String {
    let amount = decimal(minorUnits)
    return name + String(repeating: " ", count: max(1, 32 - name.count - amount.count)) + amount
  }

  private func decimal(_ minorUnits: Int) -> String { Money(minorUnits, receipt.fare.currency).decimal }

  /// An event's id with what a file name or a Message-ID can't hold written in hexadecimal.
  static func fileName(_ id: String) -> String {
    var name = ""
    for byte in id.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        name.unicodeScalars.append(UnicodeScalar(byte))
      default:
        name += "." + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    guard name.utf8.count > 200 else { return name }
    // Too long for a file: the beginning, and a hash of all of it.
    return "\(name.prefix(180))-\(String(Digest.fnv1a(id), radix: 16))"
  }
}
