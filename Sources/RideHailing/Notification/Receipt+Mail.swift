extension Receipt {
  /// The last version's own name as a mail; nil if none was sent.
  public var messageID: String? {
    email == nil || version == 0 || refusal != nil ? nil : ReceiptMail.messageID(eventID)
  }
}
