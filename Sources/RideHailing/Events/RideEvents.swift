public import EventStreams

/// All types of events that this back end publishes or reacts to.
public enum RideEvents {
  /// One of each.
  public static let types: [any EventData.Type] = [
    RideRequested.self, RideCompleted.self, RideRated.self, PaymentCaptured.self, PaymentFailed.self,
    RatingRequested.self,
    ReceiptSent.self, SurgeUpdated.self, PaymentRefunded.self,
    AccountOpened.self, AccountDeposited.self, AccountWithdrawalRequested.self, AccountWithdrawn.self,
    AccountWithdrawalRefused.self, AccountMovementRefused.self, AccountAdjusted.self,
    FareAdjustmentRequested.self, FareAdjusted.self, RefundRequested.self, RideRefunded.self, CorrectionRefused.self,
    DriverPaid.self, CompletionRefused.self, RatingRefused.self, RidesClosed.self, RecordsRemoved.self,
  ]

  /// Reads and checks them.
  public static let catalog = EventCatalog(types)
}
