import EventStreams

/// What a version of a receipt says, once as text and once as a page.
struct ReceiptContent {
  let receipt: Receipt
  /// The receipt as it was before; nil if no version of it was sent.
  let before: Receipt?
  let style: ReceiptStyle

  /// A line of an amount.
  private struct Row {
    let name: String
    let minorUnits: Int
    var isTotal = false
  }

  /// The same as it is written.
  private struct WrittenRow {
    let name: String
    let amount: String
    let isTotal: Bool
  }

  init(receipt: Receipt, before: Receipt?, style: ReceiptStyle) {
    self.receipt = receipt
    self.before = before
    self.style = style
  }

  private var words: ReceiptWords { style.words }

  // MARK: What it says

  var subject: String {
    let name =
      receipt.version > 1
      ? ReceiptWords.fill(words.laterVersion, ["version": "\(receipt.version)"]) : words.subject
    return "\(name): \(style.wholeAmount(receipt.fare.amount))"
  }

  // What text and page share is written once for both.

  private lazy var introduction: [String] =
    before.flatMap { before in before.said.map { [words.hasChanged] + changes($0, before.saidTipped) } }
    ?? [ReceiptWords.fill(receipt.isCancelled ? words.calledOff : words.thanks, ["city": receipt.city])]

  /// What the fare is made of.
  private lazy var items: [WrittenRow] = {
    let fare = receipt.fare
    return written([
      Row(name: receipt.isCancelled ? words.cancellation : words.base, minorUnits: fare.base),
      Row(name: words.distance, minorUnits: fare.distance), Row(name: words.time, minorUnits: fare.time),
      Row(name: words.surge, minorUnits: fare.surge), Row(name: words.tolls, minorUnits: fare.tolls),
      Row(name: words.taxes, minorUnits: fare.taxes),
      Row(name: words.tip, minorUnits: fare.tip),
      Row(name: style.total(fare.currency), minorUnits: fare.total, isTotal: true),
    ])
  }()

  /// Where the money came from, and where it went.
  private lazy var payments: [WrittenRow] = written(sources(receipt.amounts, receipt.tipped))

  private func sources(_ amounts: PaymentStanding, _ tipped: Int) -> [Row] {
    [
      Row(name: words.card, minorUnits: amounts.card), Row(name: words.wallet, minorUnits: amounts.wallet),
      Row(name: words.cash, minorUnits: amounts.cash), Row(name: words.refunded, minorUnits: amounts.refunded),
      Row(name: words.owed, minorUnits: amounts.owed), Row(name: words.writtenOff, minorUnits: amounts.writtenOff),
      Row(name: words.inWallet, minorUnits: amounts.inWallet), Row(name: words.laterTip, minorUnits: tipped),
    ]
  }

  private var conclusion: String? {
    if receipt.amounts.owed == 0 { return words.nothingOwed }
    return receipt.failure.map { ReceiptWords.fill(words.failed, ["reason": $0]) }
  }

  private lazy var ride: [String] = {
    var lines = [
      ReceiptWords.fill(words.ride, ["ride": receipt.rideID, "driver": receipt.driverID]), style.time(receipt.at),
    ]
    if let meters = receipt.distanceMeters, let seconds = receipt.durationSeconds {
      let minutes = seconds / 60 + (seconds % 60 > 0 ? 1 : 0)
      lines.append(
        ReceiptWords.fill(words.way, ["distance": style.distance(meters: meters), "minutes": "\(minutes)"]))
    }
    return lines
  }()

  /// What is another amount than the version before said, a line each.
  private func changes(_ before: PaymentStanding, _ tipped: Int) -> [String] {
    let now = receipt.amounts
    let pairs = zip(
      [Row(name: words.total, minorUnits: before.fare)] + sources(before, tipped),
      [Row(name: words.total, minorUnits: now.fare)] + sources(now, receipt.tipped))
    let lines = pairs.filter { $0.minorUnits != $1.minorUnits }.map { old, new in
      ReceiptWords.fill(
        words.change, ["item": new.name, "now": amount(new.minorUnits), "before": amount(old.minorUnits)])
    }
    return lines.isEmpty ? [words.otherItems] : lines
  }

  private func amount(_ minorUnits: Int) -> String { style.amount(Money(minorUnits, receipt.fare.currency)) }

  /// Those that say something.
  private func written(_ rows: [Row]) -> [WrittenRow] {
    rows.filter { $0.isTotal || $0.minorUnits != 0 }
      .map { WrittenRow(name: $0.name, amount: amount($0.minorUnits), isTotal: $0.isTotal) }
  }

  // MARK: As text

  mutating func text() -> MailText {
    var text = MailText()
    for line in introduction { text.line(line) }
    text.line()
    let width = (items + payments).reduce(Self.width) { max($0, $1.name.count + 1 + $1.amount.count) }
    for row in items { text.row(row.name, row.amount, width: width) }
    text.line()
    for row in payments { text.row(row.name, row.amount, width: width) }
    if let conclusion { text.line(conclusion) }
    text.line()
    for line in ride { text.line(line) }
    return text
  }

  private static let width = 32

  // MARK: As a page

  mutating func page() -> MailText {
    var page = MailText()
    page.line("<!DOCTYPE html>")
    page.line(
      "<html lang=\"", words.language, "\"><head><meta charset=\"utf-8\"><title>", words.subject, "</title></head>")
    page.line("<body style=\"font-family:system-ui,sans-serif;max-width:26em;margin:2em auto;padding:0 1em\">")
    for line in introduction { page.line("<p>", Self.escaped(line), "</p>") }
    page.line("<table style=\"width:100%;border-collapse:collapse\">")
    for row in items + payments {
      let style =
        row.isTotal
        ? "padding:.3em 0;border-top:1px solid;border-bottom:1px solid;font-weight:bold" : "padding:.3em 0"
      page.line("<tr><td style=\"", style, "\">", Self.escaped(row.name), "</td>")
      page.line("<td style=\"", style, ";text-align:right\">", Self.escaped(row.amount), "</td></tr>")
    }
    page.line("</table>")
    if let conclusion { page.line("<p>", Self.escaped(conclusion), "</p>") }
    for line in ride { page.line("<p style=\"opacity:.7;margin:.2em 0\">", Self.escaped(line), "</p>") }
    page.line("</body></html>")
    return page
  }

  /// Text that can't be taken for a tag.
  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: isMarkup) else { return text }
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

  private static func isMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""): true
    default: false
    }
  }
}
