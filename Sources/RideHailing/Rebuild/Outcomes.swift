import EventStreams

/// The events that services have published about what they did: what was decided is told by them, and is not decided again.
struct Outcomes: Sendable {
  private var ids: Set<Identifier> = []
  /// Id of a payment's outcome -> what the gateway said.
  private var payments: [Identifier: RecordedGateway] = [:]

  /// None.
  init() {}

  /// Reads them from a shard's history.
  init(_ history: ShardHistory) async throws {
    var history = history
    while let event = try await history.nextEvent() {
      guard let header = event.header else { continue }
      ids.insert(header.id)
      if Self.payments.contains(header.type) {
        payments[header.id] = try? Self.answer(event.json, header.type)
      }
    }
  }

  mutating func add(_ more: Outcomes) {
    ids.formUnion(more.ids)
    payments.merge(more.payments) { $1 }
  }

  /// The types of such events.
  static let types: [EventType] = ServiceFold.services.flatMap(types(of:))

  /// The types of those that a service publishes, and that tell what it has decided.
  static func types(of service: String) -> [EventType] {
    switch service {
    case "payment":
      payments + withdrawals + [FareAdjusted.eventType, RideRefunded.eventType, CorrectionRefused.eventType]
    case "driver": withdrawals
    case "rating": [RatingRequested.eventType]
    case "notification": [ReceiptSent.eventType]
    // What surge publishes is advice, and its state does not depend on it.
    default: []
    }
  }

  private static let withdrawals = [AccountWithdrawn.eventType, AccountWithdrawalRefused.eventType]

  private static let payments = [PaymentCaptured.eventType, PaymentFailed.eventType, PaymentRefunded.eventType]

  func contains(_ id: String) -> Bool { ids.contains(id) }

  /// What the gateway answered when an event was handled; nil if nobody knows.
  func answer(to event: RecordedEvent) -> RecordedGateway? {
    guard let header = event.header else { return nil }
    let cause = header.type == RideCompleted.eventType ? header.key : header.id
    return payments[PaymentCaptured.id(of: cause)] ?? payments[PaymentFailed.id(of: cause)]
      ?? payments[PaymentRefunded.id(of: cause)]
  }

  private static func answer(_ json: [UInt8], _ type: EventType) throws(JSONError) -> RecordedGateway {
    if type == PaymentFailed.eventType {
      let failed = try PaymentFailed(ofEvent: json.span)
      return RecordedGateway(reference: failed.reference, declineReason: failed.reason)
    }
    // The others have the same shape.
    return RecordedGateway(reference: try PaymentCaptured(ofEvent: json.span).reference, declineReason: nil)
  }
}
