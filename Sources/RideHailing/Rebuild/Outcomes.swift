import EventArchive
import EventStreams

/// The events that services have published about what they did: what was decided is told by them, and is not decided again.
struct Outcomes: Sendable {
  private var ids: Set<Identifier> = []
  /// Id of a payment's outcome -> what the gateway said.
  private var payments: [Identifier: RecordedGateway] = [:]
  /// Ride -> what was kept of it.
  private var commissions: [Identifier: CommissionRate] = [:]

  /// None.
  init() {}

  /// Reads them from a shard's history.
  init(_ history: ShardHistory) async throws {
    var history = history
    while let event = try await history.nextEvent() { try add(event) }
  }

  // Not inlined: the compiler ends with signal 11 where an asynchronous loop handles errors of several kinds (Swift 6.3.1).
  @inline(never)
  private mutating func add(_ event: RecordedEvent) throws {
    guard let header = event.header else { return }
    ids.insert(header.id)
    try RideEvents.catalog.checkVersion(of: header)
    // What can't be read tells no more than its id.
    try? read(event.json, header)
  }

  mutating func add(_ more: Outcomes) {
    ids.formUnion(more.ids)
    payments.merge(more.payments) { $1 }
    commissions.merge(more.commissions) { first, _ in first }
  }

  /// The types of such events.
  static let types: [EventType] = ServiceFold.services.flatMap(types(of:)) + [ScheduleRecord.scheduled]

  /// The types of those that a service publishes, and that tell what it has decided.
  static func types(of service: String) -> [EventType] {
    switch service {
    case "payment":
      payments + withdrawals + [
        FareAdjusted.eventType, RideRefunded.eventType, CorrectionRefused.eventType, CompletionRefused.eventType,
      ]
    case "driver": withdrawals + [DriverPaid.eventType, CorrectionRefused.eventType]
    case "rating": [RatingRequested.eventType, RatingRefused.eventType]
    case "notification": [ReceiptSent.eventType]
    // What surge publishes is advice, and its state does not depend on it.
    default: []
    }
  }

  private static let withdrawals = [
    AccountWithdrawn.eventType, AccountWithdrawalRefused.eventType, AccountMovementRefused.eventType,
  ]

  private static let payments = [PaymentCaptured.eventType, PaymentFailed.eventType, PaymentRefunded.eventType]

  func contains(_ id: String) -> Bool { ids.contains(id) }

  /// What the gateway answered when an event was handled; nil if nobody knows.
  func answer(to event: RecordedEvent) -> RecordedGateway? {
    guard let ride = RideID.of(event.json.span) else { return nil }
    var correction: String?
    if event.header?.type == FareAdjustmentRequested.eventType {
      correction = try? FareAdjustmentRequested(ofEvent: event.json.span).correction
    }
    return payments[PaymentCaptured.id(ofRide: ride, correction: correction)]
      ?? payments[PaymentFailed.id(ofRide: ride, correction: correction)]
  }

  /// What was kept of the ride that an event is about; nil if nobody knows.
  func commission(of event: RecordedEvent) -> CommissionRate? {
    RideID.of(event.json.span).flatMap { commissions[$0] }
  }

  // MARK: Reading

  private mutating func read(_ json: [UInt8], _ header: EventHeader) throws(JSONError) {
    switch header.type {
    case ScheduleRecord.scheduled:
      if let id = ScheduleRecord.scheduledID(in: json) { ids.insert(Identifier(id)) }
    case PaymentCaptured.eventType:
      let captured = try PaymentCaptured(ofEvent: json.span)
      add(captured, header) { RecordedGateway(reference: $0.reference, declineReason: nil) }
    case PaymentFailed.eventType:
      let failed = try PaymentFailed(ofEvent: json.span)
      add(failed, header) { RecordedGateway(reference: $0.attempt ?? $0.reference, declineReason: $0.reason) }
    case FareAdjusted.eventType: ids.insert(try FareAdjusted(ofEvent: json.span).eventID)
    case RideRefunded.eventType: ids.insert(try RideRefunded(ofEvent: json.span).eventID)
    case CorrectionRefused.eventType:
      let correction = try CorrectionRefused(ofEvent: json.span).correction
      let earlier = OutcomeID.earlier(CorrectionRefused.eventType, correction: correction)
      guard header.id.hasSameBytes(as: earlier) else { return }
      for type in [RefundRequested.eventType, FareAdjustmentRequested.eventType] {
        ids.insert(CorrectionRefused.id(ofRequest: OutcomeID.earlier(type, correction: correction)))
      }
    case DriverPaid.eventType:
      let paid = try DriverPaid(ofEvent: json.span)
      if commissions[paid.rideID] == nil { commissions[paid.rideID] = paid.commission }
    default: break
    }
  }

  /// Under the id that it has, or would have if it had not been logged earlier than such ids.
  private mutating func add<Outcome>(
    _ event: PaymentEvent<Outcome>, _ header: EventHeader, _ answer: (PaymentEvent<Outcome>) -> RecordedGateway
  ) {
    var event = event
    let earlier = OutcomeID.earlier(
      Outcome.eventType, correction: OutcomeID.earlier(FareAdjusted.eventType, correction: ""))
    if event.standing == nil, header.id.hasPrefix(earlier) {
      event.correction = String(header.id.dropFirst(earlier.count))
    }
    ids.insert(event.eventID)
    payments[event.eventID] = answer(event)
  }
}
