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

  func charge(_ amount: Money, token: String, idempotencyKey: String) async throws -> ChargeResult {
    guard let answer = next.withLock({ $0 }) else { throw Unknown() }
    return ChargeResult(reference: answer.reference ?? "", declineReason: answer.declineReason)
  }

  /// Its name stands in an event that has been published, and in no state.
  func refund(_ amount: Money, ofCharge charge: String, idempotencyKey: String) async throws -> String { "" }
}
