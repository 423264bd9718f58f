import EventStreams

/// A receipt as a mail (RFC 5322), plain text in UTF-8.
struct ReceiptMail {
  let ride: RideCompleted
  let email: String
  let messageID: String
  let at: Timestamp

  var text: String {
    let fare = ride.fare
    let lines: [(String, Int)] = [
      ("Base fare", fare.base), ("Distance", fare.distance), ("Time", fare.time), ("High demand", fare.surge),
      ("Tolls", fare.tolls), ("Taxes and fees", fare.taxes), ("Tip", fare.tip),
    ]
    var body = ["Thank you for riding with us in \(ride.city).", ""]
    for (name, amount) in lines where amount != 0 { body.append(row(name, Money(amount, fare.currency).decimal)) }
    body.append(row("Total \(fare.currency)", fare.amount.decimal))
    body.append("")
    body.append("Paid by \(ride.payment.method.rawValue). Ride \(ride.rideID), driver \(ride.driverID).")
    if let meters = ride.distanceMeters, let seconds = ride.durationSeconds {
      body.append("\(meters / 1000).\(meters % 1000 / 100) km in \((seconds + 59) / 60) minutes.")
    }
    let headers = [
      "From: Rides <receipts@rides.example>", "To: <\(email)>", "Subject: Your receipt: \(fare.amount)",
      "Date: \(MailDate(at))", "Message-ID: <\(messageID)>", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
    ]
    return (headers + [""] + body).joined(separator: "\r\n") + "\r\n"
  }

  private func row(_ name: String, _ amount: String) -> String {
    name + String(repeating: " ", count: max(1, 32 - name.count - amount.count)) + amount
  }
}
