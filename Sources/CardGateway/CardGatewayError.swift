import SpanJSON

/// Why the gateway did not do what it was asked, or is not known to have done it.
public enum CardGatewayError: Error, Sendable, Hashable {
  /// The card's bank, or the gateway on its behalf, said no: nothing has moved, and asking again changes nothing.
  case declined(Decline)
  /// What was asked can't be done, now or later: there is no such thing, or it is not in a state for it.
  case refused(status: Int, code: String?, parameter: String?, message: String)
  /// It will not have us: the key is wrong or lacks a right. Whatever is asked.
  case unauthorized(String)
  /// It may go better later, and nothing was done.
  case busy(String, retryAfterSeconds: Int?)
  /// It is not known whether it was done: the gateway failed, and keeps this answer for the key.
  case failed(String)
  /// It is not known whether it was done: there was no answer, or none that could be read.
  case unanswered(String)

  /// True if it may have been done all the same.
  public var isUncertain: Bool {
    switch self {
    case .failed, .unanswered: true
    case .declined, .refused, .unauthorized, .busy: false
    }
  }

  /// True if an intent is not in a state for what was asked: it may be so because it has been done.
  public var isUnexpectedState: Bool {
    if case .refused(_, let code, _, _) = self {
      // https://docs.stripe.com/error-codes
      return ["payment_intent_unexpected_state", "charge_already_captured", "charge_already_refunded"]
        .contains { code?.hasSameBytes(as: $0) == true }
    }
    return false
  }
}

/// A card that was declined.
public struct Decline: Sendable, Hashable {
  /// The bank's word for why, or the gateway's: `insufficient_funds`, `lost_card`, …
  public var code: String
  /// The intent that was to be paid with it, if there is one.
  public var intent: String?

  /// A card that was declined for a reason.
  public init(code: String, intent: String? = nil) {
    self.code = code
    self.intent = intent
  }

  /// What stays so until there is another card, or the cardholder has had a word with the bank (https://docs.stripe.com/declines/codes,
  /// and what automatic retries leave out: https://docs.stripe.com/billing/revenue-recovery/smart-retries).
  private static let hard = [
    "authentication_required", "card_not_supported", "currency_not_supported", "expired_card", "fraudulent",
    "highest_risk_level", "incorrect_number", "invalid_account", "invalid_number", "lost_card", "merchant_blacklist",
    "pickup_card", "resource_missing", "restricted_card", "revocation_of_all_authorizations",
    "revocation_of_authorization", "security_violation", "stolen_card", "stop_payment_order", "transaction_not_allowed",
  ]

  /// True if no attempt with the same card can help.
  public var isHard: Bool { Self.hard.contains { code.hasSameBytes(as: $0) } }
}

extension CardGatewayError: CustomStringConvertible {
  /// What it says to people.
  public var description: String {
    switch self {
    case .declined(let decline): "the card was declined: \(decline.code)"
    case .refused(let status, let code, let parameter, let message):
      "the gateway refused it (\(status)\(code.map { ", \($0)" } ?? "")\(parameter.map { ", \($0)" } ?? "")): \(message)"
    case .unauthorized(let message): "the gateway does not accept our key: \(message)"
    case .busy(let reason, _): "the gateway can't do it now: \(reason)"
    case .failed(let reason): "the gateway failed: \(reason)"
    case .unanswered(let reason): "the gateway has not answered: \(reason)"
    }
  }
}
