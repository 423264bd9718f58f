/// A gateway that moves no money, and answers what the event that followed says it answered.
struct RepeatingGateway: PaymentGateway {
  let decided: Decided<PaymentDecisions.Answer>

  private var answer: PaymentDecisions.Answer {
    get throws {
      guard let answer = decided.decision else { throw Undecided() }
      return answer
    }
  }

  func hold(_ request: CardRequest) async throws -> HoldAnswer { throw Undecided() }

  func hold(named reference: String) async throws -> HoldAnswer { throw Undecided() }

  func capture(_ request: CardRequest, ofHold reference: String) async throws -> ChargeResult { throw Undecided() }

  func release(hold reference: String, key: String) async throws -> Bool { true }

  func charge(_ request: CardRequest) async throws -> ChargeResult {
    let answer = try answer
    return answer.declineReason.map { .declined(reference: answer.reference ?? "", reason: $0) }
      ?? .captured(reference: answer.reference ?? "")
  }

  /// Its name stands in an event that has been published, and in no state.
  func refund(_ request: CardRequest, ofCharge charge: String) async throws -> String { "" }
}
