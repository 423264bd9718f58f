public import EventStreams

/// Sends the rider the receipt of a completed ride.
public struct NotificationService: Sendable {
  private let outbox: Maildir?

  /// A service that delivers into this folder; without one, it delivers nothing, and stores the same.
  public init(outbox: Maildir?) { self.outbox = outbox }

  /// The consumer group and its handlers.
  public var service: EventService {
    var service = EventService("notification", concurrency: 8)
    service.on(RideCompleted.self) { try send($0) }
    return service
  }

  /// The effects of a completed ride; the mail has been delivered by then.
  public func send(_ event: Event<RideCompleted>) throws -> Effects {
    let ride = event.data
    let at = ride.completedAt ?? event.timestamp
    var messageID: String?
    if let email = ride.riderEmail {
      // The name follows from the event, so a mail that is delivered again is the same file.
      let name = Self.fileName(event.id)
      let mail = ReceiptMail(ride: ride, email: email, messageID: "\(name)@rides.example", at: at)
      try outbox?.deliver(mail.text, name: name)
      messageID = mail.messageID
    }
    let receipt = Receipt(
      rideID: ride.rideID, email: ride.riderEmail, messageID: messageID, amount: ride.fare.amount, at: at)
    return Effects { effects in
      effects.set(Receipt.hash, ride.rideID, to: receipt)
      if let email = receipt.email, let messageID {
        effects.publish(
          ReceiptSent(
            rideID: ride.rideID, riderID: ride.riderID, city: ride.city, email: email, messageID: messageID,
            amount: ride.fare.total, currency: ride.fare.currency))
      }
    }
  }

  /// The event's id with what a file name or a Message-ID can't hold written in hexadecimal.
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
