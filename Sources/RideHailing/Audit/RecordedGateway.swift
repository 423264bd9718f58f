/// A gateway that charges nobody and answers what a payment record says it answered.
struct RecordedGateway: PaymentGateway {
  let record: PaymentRecord?

  func charge(_ amount: Money, token: String, idempotencyKey: String) async throws -> ChargeResult {
    ChargeResult(reference: record?.reference ?? "", declineReason: record?.declineReason)
  }
}
