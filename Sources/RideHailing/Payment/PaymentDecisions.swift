public import EventStreams

/// What the gateway has answered, as the events that followed say.
public struct PaymentDecisions: ServiceDecisions {
  /// An answer of the gateway.
  public struct Answer: Sendable {
    /// The gateway's name for the charge, or for the attempt.
    let reference: String?
    /// Why it was declined; nil if it was not.
    let declineReason: String?
    /// What was captured, oldest first.
    var parts: [ChargePart] = []
    /// True if it is not tried again.
    var isHard = true
    /// What became of a hold; only of that.
    var hold: HoldAnswer?
    /// How a dispute stood; only of that.
    var dispute: DisputeAnswer?
    /// That a refund had failed; only of that.
    var refund: RefundAnswer?
    /// The rides for which something was owed that was collected with it: by what was captured of which charges, if it was charged along with the fare.
    var collected: [Identifier: [ChargePart]] = [:]
  }

  /// Id of a payment's outcome -> what the gateway said.
  private var answers: [Identifier: Answer] = [:]
  /// Id of an event that a hold came of, or another answer about it, or one about a dispute -> what the gateway said.
  private var holds: [Identifier: Answer] = [:]
  /// The id of an event with which something was collected -> of which rides, and what of that was captured of which charges.
  private var collected: [Identifier: [Identifier: [ChargePart]]] = [:]

  /// None is known.
  public init() {}

  /// Takes in what became of a payment or a correction.
  public mutating func add(_ json: Span<UInt8>, _ header: EventHeader) throws(JSONError) -> [String] {
    switch header.type {
    case PaymentCaptured.eventType:
      let captured = try PaymentCaptured(ofEvent: json)
      let whole = captured.reference.map { [ChargePart(charge: $0, amount: captured.amount)] } ?? []
      let parts = captured.charges.isEmpty ? whole : captured.charges
      if let cause = captured.cause { collected[cause, default: [:]][Identifier(captured.rideID)] = parts }
      return add(captured, header) { Answer(reference: $0.reference, declineReason: nil, parts: parts) }
    case ArrearsDue.eventType:
      let due = try ArrearsDue(ofEvent: json)
      collected[due.cause, default: [:]][Identifier(due.rideID)] = []
      return [due.eventID]
    case PaymentFailed.eventType:
      return add(try PaymentFailed(ofEvent: json), header) {
        Answer(
          reference: $0.attempt ?? $0.reference, declineReason: $0.reason, parts: $0.charges, isHard: $0.retryAt == nil)
      }
    case PaymentAuthorised.eventType:
      return add(try PaymentAuthorised(ofEvent: json)) { event in
        event.reference.map { .held(reference: $0, until: event.until) } ?? .tooLittle
      }
    case PaymentActionRequired.eventType:
      return add(try PaymentActionRequired(ofEvent: json)) {
        .actionRequired(reference: $0.reference ?? "", link: $0.link)
      }
    case AuthorisationFailed.eventType:
      return add(try AuthorisationFailed(ofEvent: json)) {
        .declined(reference: $0.reference ?? "", reason: $0.reason ?? "", isHard: $0.isHard)
      }
    case AuthorisationReleased.eventType:
      return add(try AuthorisationReleased(ofEvent: json)) {
        .declined(reference: $0.reference ?? "", reason: $0.reason ?? "", isHard: $0.isHard)
      }
    case TipCaptured.eventType:
      let tip = try TipCaptured(ofEvent: json)
      answers[tip.tipped] = Answer(reference: tip.reference, declineReason: nil)
      return [tip.eventID]
    case TipRefused.eventType:
      let tip = try TipRefused(ofEvent: json)
      answers[tip.tipped] = Answer(reference: tip.reference, declineReason: tip.reason)
      return [tip.eventID]
    case RefundFailed.eventType:
      let failed = try RefundFailed(ofEvent: json)
      if let cause = failed.cause {
        holds[Identifier(cause)] = Answer(
          reference: failed.reference, declineReason: nil,
          refund: RefundAnswer(amount: Money(failed.amount, failed.currency), reason: failed.reason ?? ""))
      }
      return [failed.eventID]
    case DisputeOpened.eventType: return add(try DisputeOpened(ofEvent: json), .open)
    case DisputeWon.eventType: return add(try DisputeWon(ofEvent: json), .won)
    case DisputeLost.eventType: return add(try DisputeLost(ofEvent: json), .lost)
    case FareAdjusted.eventType: return [try FareAdjusted(ofEvent: json).eventID]
    case RideRefunded.eventType: return [try RideRefunded(ofEvent: json).eventID]
    case CorrectionRefused.eventType:
      let correction = try CorrectionRefused(ofEvent: json).correction
      let earlier = OutcomeID.earlier(CorrectionRefused.eventType, correction: correction)
      guard header.id.hasSameBytes(as: earlier) else { return [] }
      return [RefundRequested.eventType, FareAdjustmentRequested.eventType].map {
        CorrectionRefused.id(ofRequest: OutcomeID.earlier($0, correction: correction))
      }
    default: return []
    }
  }

  private mutating func add<Outcome>(
    _ event: HoldEvent<Outcome>, _ answer: (HoldEvent<Outcome>) -> HoldAnswer
  ) -> [String] {
    holds[event.cause ?? event.request] = Answer(
      reference: event.reference, declineReason: event.reason, hold: answer(event))
    return [event.eventID]
  }

  /// One that was over when it was first heard of is told to be opened and decided, because of one event.
  private mutating func add<Outcome>(_ event: DisputeEvent<Outcome>, _ status: RideDispute.Status) -> [String] {
    guard status != .open || holds[event.cause] == nil else { return [event.eventID] }
    holds[event.cause] = Answer(
      reference: event.charge, declineReason: nil,
      dispute: DisputeAnswer(
        amount: Money(event.amount, event.currency), reason: event.reason, status: status,
        fee: event.fee))
    return [event.eventID]
  }

  /// Under the id that it has, or would have if it had not been logged earlier than such ids.
  private mutating func add<Outcome>(
    _ event: PaymentEvent<Outcome>, _ header: EventHeader, _ answer: (PaymentEvent<Outcome>) -> Answer
  ) -> [String] {
    var event = event
    let earlier = OutcomeID.earlier(
      Outcome.eventType, correction: OutcomeID.earlier(FareAdjusted.eventType, correction: ""))
    if event.standing == nil, header.id.hasPrefix(earlier) {
      event.correction = String(header.id.dropFirst(earlier.count))
    }
    answers[event.eventID] = answer(event)
    return [event.eventID]
  }

  /// Takes in what others know.
  public mutating func merge(_ more: PaymentDecisions) {
    answers.merge(more.answers) { $1 }
    holds.merge(more.holds) { $1 }
    collected.merge(more.collected) { own, more in own.merging(more) { $1 } }
  }

  /// What the gateway answered when an event was handled.
  public func decision(on event: RecordedEvent) -> Answer? {
    func answer(_ ride: String, _ correction: String? = nil, retry: Int? = nil) -> Answer? {
      answers[PaymentCaptured.id(ofRide: ride, correction: correction, retry: retry)]
        ?? answers[PaymentFailed.id(ofRide: ride, correction: correction, retry: retry)]
    }
    func answer(_ ride: String, cause: String) -> Answer? {
      answers[PaymentCaptured.id(ofRide: ride, cause: cause)] ?? answers[PaymentFailed.id(ofRide: ride, cause: cause)]
    }
    let along = event.header.flatMap { collected[Identifier($0.id)] } ?? [:]
    switch event.header?.type {
    case RideCompleted.eventType:
      var paid = (try? RideCompleted(ofEvent: event.json.span)).flatMap { answer($0.rideID) }
      paid?.collected = along
      return paid
    case AccountDeposited.eventType, CardChanged.eventType:
      return Answer(reference: nil, declineReason: nil, collected: along)
    case ArrearsDue.eventType:
      return (try? ArrearsDue(ofEvent: event.json.span)).flatMap { due in
        event.header.flatMap { answer(due.rideID, cause: $0.id) }
      }
    case RideCancelled.eventType:
      return (try? RideCancelled(ofEvent: event.json.span)).flatMap { answer($0.rideID) }
    case FareAdjustmentRequested.eventType:
      return (try? FareAdjustmentRequested(ofEvent: event.json.span)).flatMap { answer($0.rideID, $0.correction) }
    case RideTipped.eventType:
      return (try? RideTipped(ofEvent: event.json.span)).flatMap { answers[$0.eventID] }
    case PaymentRetryDue.eventType:
      return (try? PaymentRetryDue(ofEvent: event.json.span)).flatMap { due in
        due.series == nil
          ? answer(due.rideID, retry: due.attempt) : event.header.flatMap { answer(due.rideID, cause: $0.id) }
      }
    case RideRequested.eventType, GatewayNotified.eventType: return event.header.flatMap { holds[$0.id] }
    default: return nil
    }
  }
}
