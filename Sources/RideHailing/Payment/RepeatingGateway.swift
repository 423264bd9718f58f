import EventStreams

/// A gateway that moves no money, and answers what the event that followed says it answered.
struct RepeatingGateway: PaymentGateway {
  let decided: Decided<PaymentDecisions.Answer>

  private var answer: PaymentDecisions.Answer {
    get throws {
      guard let answer = decided.decision else { throw Undecided() }
      return answer
    }
  }

  func hold(_ request: CardRequest) async throws -> HoldAnswer {
    guard let hold = try answer.hold else { throw Undecided() }
    return hold
  }

  /// Nobody has said anything: nothing had changed.
  func hold(named reference: String) async throws -> HoldAnswer {
    decided.decision?.hold ?? .actionRequired(reference: reference, link: nil)
  }

  /// What is paid with a hold, is told as a whole.
  func capture(_ request: CardRequest, ofHold reference: String) async throws -> ChargeResult { throw Undecided() }

  func release(hold reference: String, key: String) async throws -> Bool { true }

  func charge(_ request: CardRequest) async throws -> ChargeResult {
    let answer = try answer
    return answer.declineReason.map { .declined(reference: answer.reference ?? "", reason: $0, isHard: answer.isHard) }
      ?? .captured(reference: answer.reference ?? "")
  }

  /// Nobody has said anything: it had not failed.
  func refund(named reference: String) async throws -> RefundAnswer? { decided.decision?.refund }

  /// Nobody has said anything: nothing had changed.
  func dispute(named reference: String) async throws -> DisputeAnswer? { decided.decision?.dispute }

  /// Its name stands in an event that has been published, and in no state.
  func refund(_ request: CardRequest, ofCharge charge: String) async throws -> String { "" }
}
