public import EventStreams

extension NotificationService: FoldedService {
  /// `notification`
  public static let name = "notification"
  /// What it does.
  public static let summary = "sends riders the receipt, and again when what they have paid changes"
  /// What it has sent.
  public static let events: [any EventData.Type] = [ReceiptSent.self]
  /// Each ride's receipt.
  public static let rides: RideRecords? = RideRecords(hashes: [Receipt.hash])
  /// Nothing else.
  public static let hashes: [StateHash] = []

  /// Delivers into the Maildir.
  public static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) -> EventService {
    NotificationService(outbox: Maildir(configuration.outboxPath)).service
  }

  /// Delivers nothing.
  public static func repeating(_ decided: Decided<Never>) -> EventService { NotificationService(outbox: nil).service }
}
