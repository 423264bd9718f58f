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

  /// The mail, as it is delivered.
  var bytes: [UInt8] {
    var mail = MailText()
    let isChanged = receipt.version > 1
    mail.line("From: Rides <receipts@rides.example>")
    mail.line("To: <", email, ">")
    mail.line(
      "Subject: Your receipt", isChanged ? ", version \(receipt.version)" : "", ": ", receipt.fare.amount.description)
    mail.line("Date: ", MailDate(at).description)
    mail.line("Message-ID: <", Self.messageID(receipt.eventID), ">")
    if isChanged {
      // The first one, so that mail programs show them together.
      mail.line("References: <", Self.messageID(ReceiptSent.id(ride: receipt.rideID, version: 1)), ">")
    }
    mail.line("MIME-Version: 1.0")
    mail.line("Content-Type: text/plain; charset=utf-8")
    mail.line("Content-Transfer-Encoding: 8bit")
    mail.line()
    addBody(to: &mail)
    return mail.bytes
  }

  private func addBody(to mail: inout MailText) {
    let (fare, amounts) = (receipt.fare, receipt.amounts)
    if let before {
      mail.line("Your receipt has changed: ", changes(before), ".")
    } else {
      mail.line("Thank you for riding with us in ", receipt.city, ".")
    }
    mail.line()
    addRow("Base fare", fare.base, to: &mail)
    addRow("Distance", fare.distance, to: &mail)
    addRow("Time", fare.time, to: &mail)
    addRow("High demand", fare.surge, to: &mail)
    addRow("Tolls", fare.tolls, to: &mail)
    addRow("Taxes and fees", fare.taxes, to: &mail)
    addRow("Tip", fare.tip, to: &mail)
    mail.row("Total \(fare.currency)", decimal(fare.total))
    mail.line()
    addRow("Paid by card", amounts.card, to: &mail)
    addRow("Paid by wallet", amounts.wallet, to: &mail)
    addRow("Paid by cash", amounts.cash, to: &mail)
    addRow("Refunded", amounts.refunded, to: &mail)
    addRow("Still owed", amounts.owed, to: &mail)
    if amounts.owed == 0 {
      mail.line("Nothing is owed.")
    } else if let failure = receipt.failure {
      mail.line("The payment failed: ", failure, ".")
    }
    mail.line()
    mail.line("Ride ", receipt.rideID, ", driver ", receipt.driverID, ".")
    if let meters = receipt.distanceMeters, let seconds = receipt.durationSeconds {
      mail.line("\(meters / 1000).\(meters % 1000 / 100) km in \(seconds / 60 + (seconds % 60 > 0 ? 1 : 0)) minutes.")
    }
  }

  /// A row of what is not nothing.
  private func addRow(_ name: String, _ minorUnits: Int, to mail: inout MailText) {
    if minorUnits != 0 { mail.row(name, decimal(minorUnits)) }
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

  private func decimal(_ minorUnits: Int) -> String { Money(minorUnits, receipt.fare.currency).decimal }

  /// An event's id with what a file name or a Message-ID can't hold written in hexadecimal.
  static func fileName(_ id: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(id.utf8.count + 16)
    for byte in id.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        bytes.append(byte)
      default:
        bytes.append(UInt8(ascii: "."))
        for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 48 : digit + 87) }
      }
    }
    let name = String(decoding: bytes, as: UTF8.self)
    guard name.utf8.count > 200 else { return name }
    // Too long for a file: the beginning, and a hash of all of it.
    return "\(name.prefix(180))-\(String(Digest.fnv1a(id), radix: 16))"
  }
}
