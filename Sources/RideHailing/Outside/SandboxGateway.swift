/// A gateway that charges nobody: what becomes of a charge depends on the token alone.
///
/// `tok_declined_<reason>` is declined for good with that reason, `tok_declined_soft_<reason>` for the time being, `tok_unavailable…` fails as an outage does, `tok_action…` has the rider prove who it is
/// before anything is held, all others are captured. References follow from the key, as a real gateway's answer to the same key would.
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

  /// Holds, declines, asks or fails as the token says.
  public func hold(_ request: CardRequest) async throws -> HoldAnswer {
    let token = request.token ?? ""
    try await answer(unavailable: token.hasPrefix("tok_unavailable"))
    let reference = "pi_\(request.key)"
    if let reason = Self.declineReason(of: token) {
      return .declined(reference: reference, reason: reason, isHard: false)
    }
    return token.hasPrefix("tok_action")
      ? .actionRequired(reference: reference, link: nil) : .held(reference: reference, until: nil)
  }

  /// Whoever was asked has proved who it is.
  public func hold(named reference: String) async throws -> HoldAnswer {
    try await answer(unavailable: false)
    return .held(reference: reference, until: nil)
  }

  /// Takes what is held, which it is for ever.
  public func capture(_ request: CardRequest, ofHold reference: String) async throws -> ChargeResult {
    try await answer(unavailable: false)
    return .captured(reference: reference)
  }

  /// Lets go.
  public func release(hold reference: String, key: String) async throws -> Bool {
    try await answer(unavailable: false)
    return true
  }

  /// Captures, declines or fails as the token says.
  public func charge(_ request: CardRequest) async throws -> ChargeResult {
    let token = request.token ?? ""
    try await answer(unavailable: token.hasPrefix("tok_unavailable"))
    let reference = "ch_\(request.key)"
    return Self.declineReason(of: token).map {
      .declined(reference: reference, reason: $0, isHard: !token.hasPrefix("tok_declined_soft_"))
    }
      ?? .captured(reference: reference)
  }

  /// Gives it back.
  public func refund(_ request: CardRequest, ofCharge charge: String) async throws -> String {
    try await answer(unavailable: false)
    return "re_\(request.key)"
  }

  /// It has failed if that is in its name: `re_RIDE_REFUNDED/…/failed…` of a correction that is called so.
  public func refund(named reference: String) async throws -> RefundAnswer? {
    try await answer(unavailable: false)
    return reference.contains("/failed") ? RefundAnswer(amount: nil, reason: "lost or stolen card") : nil
  }

  /// Decided as its name begins: `dp_won…`, `dp_lost…`, or not yet; with `fee` in it it costs one of 15 dollars.
  public func dispute(named reference: String) async throws -> DisputeAnswer? {
    try await answer(unavailable: false)
    let status = [RideDispute.Status.won, .lost].first { reference.hasPrefix("dp_\($0.rawValue)") } ?? .open
    return DisputeAnswer(
      amount: nil, reason: "fraudulent", status: status, fee: reference.contains("fee") ? Money(1500, .usd) : nil)
  }

  /// Why a card is declined, for people; nil if it is not.
  static func declineReason(of token: String) -> String? {
    let decline = "tok_declined_"
    guard token.hasPrefix(decline) else { return nil }
    let reason = token.dropFirst(decline.count)
    return String(reason.hasPrefix("soft_") ? reason.dropFirst(5) : reason).replacing("_", with: " ")
  }

  /// Takes its time, and fails as it was told to.
  private func answer(unavailable: Bool) async throws {
    if latency > .zero { try await Task.sleep(for: latency) }
    if unavailable || (failuresPerMille > 0 && Int.random(in: 0..<1000) < failuresPerMille) { throw Unavailable() }
  }
}
