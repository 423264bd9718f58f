import EventStreams
import Synchronization

/// A gateway that moves no money, and answers what the event that followed says it answered.
final class OutcomeGateway: PaymentGateway {
  /// What became of the payment that is asked for next.
  private let next = Mutex<RecordedGateway?>(nil)

  /// Sets what became of the payment that is asked for next; nil if nobody knows.
  func expect(_ answer: RecordedGateway?) { next.withLock { $0 = answer } }

  /// Nobody knows what became of it.
  struct Unknown: Error {}

  private func answer() throws -> RecordedGateway {
    guard let answer = next.withLock({ $0 }) else { throw Unknown() }
    return answer
  }

  func charge(_ amount: Money, token: String, idempotencyKey: String) async throws -> ChargeResult {
    try await answer().charge(amount, token: token, idempotencyKey: idempotencyKey)
  }

  func refund(_ amount: Money, ofCharge charge: String, idempotencyKey: String) async throws -> String {
    try await answer().refund(amount, ofCharge: charge, idempotencyKey: idempotencyKey)
  }
}
