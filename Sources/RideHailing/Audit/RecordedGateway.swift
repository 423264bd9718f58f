/// A gateway that moves no money, and answers what is known to have been answered.
struct RecordedGateway: PaymentGateway {
  /// The gateway's name for the charge.
  let reference: String?
  /// Why it was declined; nil if it was not.
  let declineReason: String?

  func charge(_ amount: Money, token: String, idempotencyKey: String) async throws -> ChargeResult {
    ChargeResult(reference: reference ?? "", declineReason: declineReason)
  }

  func refund(_ amount: Money, ofCharge charge: String, idempotencyKey: String) async throws -> String {
    reference ?? ""
  }
}
