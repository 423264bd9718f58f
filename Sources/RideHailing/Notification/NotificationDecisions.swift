public import EventStreams

/// Which mails were refused, and which tips receipts have told, as the events that followed say; all other mails were delivered.
public struct NotificationDecisions: ServiceDecisions {
  /// What became of a mail, and whether there was one because of a tip.
  public struct Outcome: Sendable {
    /// Why it was refused; nil if it was delivered.
    let refusal: String?
    /// Whether a version tells of the tip.
    let tellsTip: Bool
  }

  /// Id of the event that made the receipt another one -> why the mail was refused.
  private var refusals: [Identifier: String] = [:]
  /// The ids of the events that made receipts tell of tips.
  private var tipped: Set<Identifier> = []

  /// None is known.
  public init() {}

  /// Takes in that a mail was refused, or what it told.
  public mutating func add(_ json: Span<UInt8>, _ header: EventHeader) throws(JSONError) -> [String] {
    switch header.type {
    case ReceiptFailed.eventType:
      let failed = try ReceiptFailed(ofEvent: json)
      refusals[failed.cause] = failed.refusal
    case ReceiptSent.eventType:
      let sent = try ReceiptSent(ofEvent: json)
      if sent.tipped > 0, let cause = sent.cause { tipped.insert(Identifier(cause)) }
    default: break
    }
    return []
  }

  /// Takes in what others know.
  public mutating func merge(_ more: NotificationDecisions) {
    refusals.merge(more.refusals) { $1 }
    tipped.formUnion(more.tipped)
  }

  /// What became of the mail that an event led to.
  public func decision(on event: RecordedEvent) -> Outcome? {
    guard let header = event.header else { return nil }
    let refusal = refusals[header.id]
    return Outcome(refusal: refusal, tellsTip: refusal != nil || tipped.contains(Identifier(header.id)))
  }
}
