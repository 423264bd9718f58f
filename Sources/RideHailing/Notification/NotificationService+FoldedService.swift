public import EventStreams

extension NotificationService: FoldedService {
  /// Which mails were refused, and which tips were told.
  public typealias Decisions = NotificationDecisions

  /// `notification`
  public static let name = "notification"
  /// What it does.
  public static let summary = "sends riders the receipt, and again when what they have paid changes"
  /// What it has sent, and what it could not send.
  public static let events: [any EventData.Type] = [ReceiptSent.self, ReceiptFailed.self]
  /// Each ride's receipt.
  public static let rides: RideRecords? = RideRecords(hashes: [Receipt.hash])
  /// Nothing else.
  public static let hashes: [StateHash] = []

  /// Delivers.
  public static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) -> EventService {
    NotificationService(mail: configuration.mail, cities: configuration.cities).service
  }

  /// Delivers nothing.
  public static func repeating(_ decided: Decided<NotificationDecisions.Outcome>) -> EventService {
    NotificationService(mail: RepeatingDelivery(decided: decided)) { decided.decision?.tellsTip ?? false }.service
  }
}

/// Delivers nothing, and refuses what was refused.
private struct RepeatingDelivery: MailDelivery {
  let decided: Decided<NotificationDecisions.Outcome>

  func deliver(_ mail: Mail) async throws {
    if let refusal = decided.decision?.refusal { throw MailRefused(refusal) }
  }
}
