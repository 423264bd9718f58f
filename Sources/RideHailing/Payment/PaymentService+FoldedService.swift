public import EventStreams

extension PaymentService: FoldedService {
  /// What the gateway has answered.
  public typealias Decisions = PaymentDecisions

  /// `payment`
  public static let name = LedgerState.riders
  /// What it does.
  public static let summary = "charges riders, corrects and refunds what was charged, keeps their accounts"
  /// What became of payments, of what is held for them, corrections and movements of riders' accounts.
  public static let events: [any EventData.Type] =
    [PaymentCaptured.self, PaymentFailed.self, PaymentRefunded.self] + HolderAccounts.events + [
      TipCaptured.self, TipRefused.self,
      PaymentAuthorised.self, PaymentActionRequired.self, AuthorisationFailed.self, AuthorisationReleased.self,
      AuthorisationEnded.self, PaymentActionEnded.self, PaymentRetryDue.self, FareAdjusted.self, RideRefunded.self,
      CorrectionRefused.self,
      CompletionRefused.self, CancellationCharged.self, CancellationRefused.self, DisputeOpened.self, DisputeWon.self,
      DisputeLost.self, ArrearsDue.self, ArrearsEnded.self, PaymentWrittenOff.self, WriteOffRefused.self,
      RefundFailed.self,
    ]
  /// Its record of each ride.
  public static let rides: RideRecords? = RideRecords(hashes: ridesHashes)
  static let ridesHashes = [PaymentRecord.hash, PaymentRecord.corrected, RideTips.hash, RideDisputes.hash]
  /// What it keeps of accounts.
  public static let hashes =
    HolderAccounts.state + [StateHash(CardHold.hash, of: .ride), StateHash(RiderArrears.hash, of: .rider)]

  /// Charges through the gateway.
  public static func make(_ configuration: ServiceConfiguration, _ catalog: EventCatalog) -> EventService {
    PaymentService(gateway: configuration.gateway).service
  }

  /// Charges nobody: the gateway's answers are told.
  public static func repeating(_ decided: Decided<PaymentDecisions.Answer>) -> EventService {
    PaymentService(gateway: RepeatingGateway(decided: decided), history: decided).service
  }
}
