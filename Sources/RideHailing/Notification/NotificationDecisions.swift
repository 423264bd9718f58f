public import EventStreams

/// Which mails were refused, as the events that followed say; all others were delivered.
public struct NotificationDecisions: ServiceDecisions {
  /// A mail that was refused.
  public struct Refusal: Sendable {
    /// Why.
    let reason: String
  }

  /// Id of the event that made the receipt another one -> why the mail was refused.
  private var refusals: [Identifier: Refusal] = [:]

  /// None is known.
  public init() {}

  /// Takes in that a mail was refused.
  public mutating func add(_ json: Span<UInt8>, _ header: EventHeader) throws(JSONError) -> [String] {
    if header.type == ReceiptFailed.eventType {
      let failed = try ReceiptFailed(ofEvent: json)
      refusals[failed.cause] = Refusal(reason: failed.refusal)
    }
    return []
  }

  /// Takes in what others know.
  public mutating func merge(_ more: NotificationDecisions) { refusals.merge(more.refusals) { $1 } }

  /// Whether the mail was refused that an event led to.
  public func decision(on event: RecordedEvent) -> Refusal? { event.header.flatMap { refusals[$0.id] } }
}
