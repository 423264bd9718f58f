/// What became of a charge.
public struct ChargeResult: Sendable, Hashable {
  /// The gateway's name for it.
  public let reference: String
  /// Why it was declined; nil if the money is ours.
  public let declineReason: String?
  /// True if it was declined so that no further attempt with the same card can help.
  public let isHard: Bool

  /// The money is ours.
  public static func captured(reference: String) -> ChargeResult {
    ChargeResult(reference: reference, declineReason: nil, isHard: false)
  }

  /// It was declined.
  public static func declined(reference: String, reason: String, isHard: Bool = false) -> ChargeResult {
    ChargeResult(reference: reference, declineReason: reason, isHard: isHard)
  }
}
