/// What a gateway is known to have answered.
struct RecordedGateway: Sendable {
  /// The gateway's name for the charge, or for the attempt.
  let reference: String?
  /// Why it was declined; nil if it was not.
  let declineReason: String?
}
