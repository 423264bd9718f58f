import EventStreams

/// What a version of a receipt says, once as text and once as a page.
struct ReceiptContent {
  let receipt: Receipt
  /// What the version before said; nil of the first one.
  let before: PaymentStanding?

  /// A line of an amount.
  private struct Row {
    let name: String
    let minorUnits: Int
    var isTotal = false
  }

  // MARK: What it says

  private var introduction: String {
    if let before { return "Your receipt has changed: \(changes(before))." }
    return receipt.isCancelled
      ? "Your ride in \(receipt.city) was called off. It costs a fee, which is for the driver."
      : "Thank you for riding with us in \(receipt.city)."
  }

  /// What the fare is made of.
  private var items: [Row] {
    let fare = receipt.fare
    return [
      Row(name: receipt.isCancelled ? "Cancellation fee" : "Base fare", minorUnits: fare.base),
      Row(name: "Distance", minorUnits: fare.distance),
      Row(name: "Time", minorUnits: fare.time), Row(name: "High demand", minorUnits: fare.surge),
      Row(name: "Tolls", minorUnits: fare.tolls), Row(name: "Taxes and fees", minorUnits: fare.taxes),
      Row(name: "Tip", minorUnits: fare.tip),
    ].filter { $0.minorUnits != 0 } + [Row(name: "Total \(fare.currency)", minorUnits: fare.total, isTotal: true)]
  }

  /// Where the money came from, and where it went.
  private var payments: [Row] {
    let amounts = receipt.amounts
    return [
      Row(name: "Paid by card", minorUnits: amounts.card), Row(name: "Paid by wallet", minorUnits: amounts.wallet),
      Row(name: "Paid by cash", minorUnits: amounts.cash), Row(name: "Refunded", minorUnits: amounts.refunded),
      Row(name: "Still owed", minorUnits: amounts.owed),
    ].filter { $0.minorUnits != 0 }
  }

  private var conclusion: String? {
    if receipt.amounts.owed == 0 { return "Nothing is owed." }
    return receipt.failure.map { "The payment failed: \($0)." }
  }

  private var ride: [String] {
    var lines = ["Ride \(receipt.rideID), driver \(receipt.driverID)."]
    if let meters = receipt.distanceMeters, let seconds = receipt.durationSeconds {
      let minutes = seconds / 60 + (seconds % 60 > 0 ? 1 : 0)
      lines.append("\(meters / 1000).\(meters % 1000 / 100) km in \(minutes) minutes.")
    }
    return lines
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

  // MARK: As text

  var text: MailText {
    var text = MailText()
    text.line(introduction)
    text.line()
    for row in items { text.row(row.name, decimal(row.minorUnits)) }
    text.line()
    for row in payments { text.row(row.name, decimal(row.minorUnits)) }
    if let conclusion { text.line(conclusion) }
    text.line()
    for line in ride { text.line(line) }
    return text
  }

  // MARK: As a page

  var page: MailText {
    var page = MailText()
    page.line("<!DOCTYPE html>")
    page.line("<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Your receipt</title></head>")
    page.line("<body style=\"font-family:system-ui,sans-serif;max-width:26em;margin:2em auto;padding:0 1em\">")
    page.line("<p>", Self.escaped(introduction), "</p>")
    page.line("<table style=\"width:100%;border-collapse:collapse\">")
    for row in items + payments {
      let style =
        row.isTotal ? "padding:.3em 0;border-top:1px solid;border-bottom:1px solid;font-weight:bold" : "padding:.3em 0"
      page.line("<tr><td style=\"", style, "\">", Self.escaped(row.name), "</td>")
      page.line("<td style=\"", style, ";text-align:right\">", decimal(row.minorUnits), "</td></tr>")
    }
    page.line("</table>")
    if let conclusion { page.line("<p>", Self.escaped(conclusion), "</p>") }
    for line in ride { page.line("<p style=\"opacity:.7;margin:.2em 0\">", Self.escaped(line), "</p>") }
    page.line("</body></html>")
    return page
  }

  /// Text that can't be taken for a tag.
  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { "<>&\"".utf8.contains($0) }) else { return text }
    return text.unicodeScalars.reduce(into: "") {
      switch $1 {
      case "<": $0 += "&lt;"
      case ">": $0 += "&gt;"
      case "&": $0 += "&amp;"
      case "\"": $0 += "&quot;"
      default: $0.unicodeScalars.append($1)
      }
    }
  }
}
