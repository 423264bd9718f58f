public import EventStreams

/// A receipt for people and scripts: what its last version says, and to whom.
public struct ReceiptSummary: Sendable {
  private let receipt: Receipt

  init(_ receipt: Receipt) { self.receipt = receipt }

  /// How it stands, without anybody's address.
  public var state: String {
    guard receipt.email != nil else { return "none: the rider has no address" }
    guard receipt.version > 0 else { return "not sent yet" }
    return "version \(receipt.version) \(receipt.refusal == nil ? "sent" : "refused by the mail server")"
  }

  /// Where it was sent, or why it was not.
  public var recipient: String {
    guard let email = receipt.email else { return "nobody: no address" }
    if receipt.refusal != nil { return "nobody: \(email) was refused" }
    return receipt.version == 0 ? "nobody yet: the payment's outcome is not known" : email
  }

  /// One line.
  public var text: String {
    guard let said = receipt.said else {
      return receipt.version == 0
        ? "no receipt yet: the payment's outcome is not known" : "receipt sent to \(recipient)"
    }
    let owed = said.owed == 0 ? "" : ", owed \(Money(said.owed, receipt.fare.currency))"
    if let refusal = receipt.refusal {
      return "receipt version \(receipt.version) not sent: \(refusal)"
    }
    let tipped = receipt.saidTipped == 0 ? "" : ", tip \(Money(receipt.saidTipped, receipt.fare.currency))"
    let amounts = "paid \(Money(said.card + said.wallet + said.cash, receipt.fare.currency))\(owed)"
    return receipt.email == nil
      ? "no receipt: the rider has no address; \(amounts)"
      : "receipt version \(receipt.version) sent to \(recipient): \(amounts)\(tipped)"
  }
}

extension ReceiptSummary: JSONWritable {
  /// `{"ride":…,"email":…,"messageId":…,"version":…,"amount":…,"currency":…,"says":{…},"failure":…,"refusal":…,"at":…}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("ride", receipt.rideID)
      $0.field("email", receipt.email)
      $0.field("messageId", receipt.messageID)
      $0.field("version", receipt.version)
      $0.field("amount", receipt.amount.minorUnits)
      $0.field("currency", receipt.fare.currency)
      $0.field("says", receipt.said)
      if receipt.saidTipped != 0 { $0.field("tipped", receipt.saidTipped) }
      $0.field("failure", receipt.failure)
      $0.field("refusal", receipt.refusal)
      $0.field("at", receipt.at)
    }
  }
}

extension Receipt {
  /// What it says, for people and scripts.
  public var summary: ReceiptSummary { ReceiptSummary(self) }
}
