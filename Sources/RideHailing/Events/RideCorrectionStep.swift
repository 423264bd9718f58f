public import EventStreams

/// A step on the way of a correction.
public protocol RideCorrectionStep: Sendable {
  /// The `type` field of such an event.
  static var eventType: EventType { get }
}

/// The steps of corrections.
public enum RideCorrectionSteps {
  /// The fare is to be another.
  public enum AdjustmentRequested: RideCorrectionStep {
    /// The `type` field of such an event.
    public static let eventType: EventType = "FARE_ADJUSTMENT_REQUESTED"
  }

  /// The fare is another; whoever booked the old one books the difference.
  public enum Adjusted: RideCorrectionStep {
    /// The `type` field of such an event.
    public static let eventType: EventType = "FARE_ADJUSTED"
  }

  /// The rider is to get something back, at the platform's cost.
  public enum RefundRequested: RideCorrectionStep {
    /// The `type` field of such an event.
    public static let eventType: EventType = "REFUND_REQUESTED"
  }

  /// The refund has been approved.
  public enum Refunded: RideCorrectionStep {
    /// The `type` field of such an event.
    public static let eventType: EventType = "RIDE_REFUNDED"
  }

  /// It can't be done to the ride as it stands.
  public enum Refused: RideCorrectionStep {
    /// The `type` field of such an event.
    public static let eventType: EventType = "CORRECTION_REFUSED"
  }
}

/// The fare is to be another.
public typealias FareAdjustmentRequested = RideCorrection<RideCorrectionSteps.AdjustmentRequested>
/// The fare is another.
public typealias FareAdjusted = RideCorrection<RideCorrectionSteps.Adjusted>
/// The rider is to get something back.
public typealias RefundRequested = RideCorrection<RideCorrectionSteps.RefundRequested>
/// A refund has been approved.
public typealias RideRefunded = RideCorrection<RideCorrectionSteps.Refunded>
/// A correction can't be done to the ride as it stands.
public typealias CorrectionRefused = RideCorrection<RideCorrectionSteps.Refused>

extension CorrectionRefused {
  /// The refusal of what an event asked for.
  public static func id(ofRequest request: String) -> String { OutcomeID.of(eventType, cause: request) }
}
