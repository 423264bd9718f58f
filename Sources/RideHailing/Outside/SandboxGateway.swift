/// A gateway that charges nobody: what becomes of a charge depends on the token alone.
///
/// `tok_declined_<reason>` is declined with that reason, `tok_unavailable…` fails as an outage does, all others are captured.
/// The reference follows from the idempotency key, as a real gateway's answer to the same key would.
public struct SandboxGateway: PaymentGateway {
  private let latency: Duration
  private let failuresPerMille: Int

  /// The gateway can't be reached.
  public struct Unavailable: Error, Sendable, CustomStringConvertible {
    /// What it says to people.
    public let description = "the payment gateway can't be reached"
  }

  /// A gateway that takes so long for each charge, and of 1000 calls fails so many, by chance, before or after the charge is made.
  public init(latency: Duration = .zero, failuresPerMille: Int = 0) {
    self.latency = latency
    self.failuresPerMille = failuresPerMille
  }

  /// Captures, declines or fails as the token says.
  public func charge(_ amount: Money, token: String, idempotencyKey: String) async throws -> ChargeResult {
    try await answer(unavailable: token.hasPrefix("tok_unavailable"))
    let reference = "ch_\(idempotencyKey)"
    let decline = "tok_declined_"
    if token.hasPrefix(decline) {
      return .declined(reference: reference, reason: String(token.dropFirst(decline.count)).replacing("_", with: " "))
    }
    return .captured(reference: reference)
  }

  /// Gives it back.
  public func refund(_ amount: Money, ofCharge charge: String, idempotencyKey: String) async throws -> String {
    try await answer(unavailable: false)
    return "re_\(idempotencyKey)"
  }

  /// Takes its time, and fails as it was told to.
  private func answer(unavailable: Bool) async throws {
    if latency > .zero { try await Task.sleep(for: latency) }
    if unavailable || (failuresPerMille > 0 && Int.random(in: 0..<1000) < failuresPerMille) { throw Unavailable() }
  }
}
