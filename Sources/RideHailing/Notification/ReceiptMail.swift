import EventStreams

/// A version of a receipt as a mail (RFC 5322): the same as text and as a page, in UTF-8.
struct ReceiptMail {
  let receipt: Receipt
  let email: String
  /// The receipt as it was before; nil if no version of it was sent.
  let before: Receipt?
  /// When it is sent.
  let at: Timestamp
  /// What is known of the city.
  var city = Cities.City.unknown

  /// The mail's file, the same however often it is delivered.
  var name: String { Self.fileName(receipt.eventID) }

  /// A mail's own name.
  static func messageID(_ eventID: String) -> String { "\(fileName(eventID))@rides.example" }

  /// The mail, as it is delivered.
  var mail: Mail { Mail(name: name, recipient: email) { bytes(from: $0, allowsEightBit: $1) } }

  /// What it says.
  var content: ReceiptContent {
    ReceiptContent(receipt: receipt, before: before, style: ReceiptStyle(locale: receipt.locale, city: city))
  }

  // MARK: Writing

  private func bytes(from sender: String, allowsEightBit: Bool) -> [UInt8] {
    var mail = MailText()
    var content = content
    mail.line("From: Rides <", sender, ">")
    mail.line("To: <", email, ">")
    mail.header("Subject", content.subject)
    mail.line("Date: ", MailDate(at).description)
    mail.line("Message-ID: <", Self.messageID(receipt.eventID), ">")
    if receipt.version > 1 {
      // The first one, so that mail programs show them together.
      mail.line("References: <", Self.messageID(ReceiptSent.id(ride: receipt.rideID, version: 1)), ">")
    }
    mail.line("Auto-Submitted: auto-generated")
    mail.line("MIME-Version: 1.0")
    mail.line("Content-Type: multipart/alternative; boundary=\"", Self.boundary, "\"")
    mail.line()
    part("text/plain", content.text(), allowsEightBit, in: &mail)
    part("text/html", content.page(), allowsEightBit, in: &mail)
    mail.line("--", Self.boundary, "--")
    return mail.bytes
  }

  /// No line of a receipt begins with it.
  private static let boundary = "=_rides-receipt_="

  private func part(_ type: String, _ text: MailText, _ allowsEightBit: Bool, in mail: inout MailText) {
    let isEncoded = !text.isASCII && !allowsEightBit || text.hasLongLine
    mail.line("--", Self.boundary)
    mail.line("Content-Type: ", type, "; charset=utf-8")
    mail.line("Content-Transfer-Encoding: ", isEncoded ? "quoted-printable" : text.isASCII ? "7bit" : "8bit")
    mail.line()
    if isEncoded { mail.add(quotedPrintable: QuotedPrintable.encode(text.bytes)) } else { mail.add(text) }
    mail.line()
  }

  // MARK: Names

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
