/// Charges cards. What is done outside Redis must not be done twice, so every charge has an idempotency key.
public protocol PaymentGateway: Sendable {
  /// Charges an amount once per key, however often it is asked.
  ///
  /// - Throws: only when the outcome is unknown or the gateway can't be reached: the charge is tried again.
  func charge(_ amount: Money, token: String, idempotencyKey: String) async throws -> ChargeResult

  /// Gives back a part of a charge once per key, however often it is asked.
  ///
  /// - Parameter charge: the gateway's name for the charge.
  /// - Returns: the gateway's name for the refund.
  /// - Throws: only when the outcome is unknown or the gateway can't be reached: the refund is tried again.
  func refund(_ amount: Money, ofCharge charge: String, idempotencyKey: String) async throws -> String
}

/// What became of a charge.
public struct ChargeResult: Sendable, Hashable {
  /// The gateway's name for it.
  public let reference: String
  /// Why it was declined; nil if the money is ours.
  public let declineReason: String?

  /// The money is ours.
  public static func captured(reference: String) -> ChargeResult {
    ChargeResult(reference: reference, declineReason: nil)
  }

  /// It was declined.
  public static func declined(reference: String, reason: String) -> ChargeResult {
    ChargeResult(reference: reference, declineReason: reason)
  }
}
