extension Receipt {
  /// The mail's own name; nil if none was sent.
  public var messageID: String? {
    email == nil || version == 0 ? nil : ReceiptMail.messageID(eventID)
  }
}
