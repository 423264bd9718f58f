/// Holds, charges and gives back money of cards. What is done outside Redis must not be done twice, so everything that is asked has a key.
///
/// Every call may be made again, as often as it takes and however late: it does once what it is asked. It throws only when it is not known what
/// became of it, or the gateway can't be reached; that a card is declined is an answer.
public protocol PaymentGateway: Sendable {
  /// How many calls it is worth having under way at once.
  var concurrency: Int { get }

  /// Whether an amount can be charged: there is one below which none can be, and a currency may be counted in steps.
  func isChargeable(_ amount: Money) -> Bool

  /// The least that can be charged in a currency, in minor units.
  func least(in currency: Currency) -> Int

  /// Sets an amount aside; the rider can be asked to prove who it is.
  func hold(_ request: CardRequest) async throws -> HoldAnswer

  /// How a hold stands for which the rider was to do something.
  ///
  /// - Parameter reference: the gateway's name for it.
  func hold(named reference: String) async throws -> HoldAnswer

  /// Takes an amount of what is held, at most all of it, and lets go of the rest.
  ///
  /// - Returns: declined if nothing is held any more.
  func capture(_ request: CardRequest, ofHold reference: String) async throws -> ChargeResult

  /// Lets go of what is held.
  ///
  /// - Returns: false if it has been captured.
  func release(hold reference: String, key: String) async throws -> Bool

  /// Charges an amount at once, without the rider.
  func charge(_ request: CardRequest) async throws -> ChargeResult

  /// Gives back a part of a charge.
  ///
  /// - Parameters:
  ///   - request: how much, and what it is for; the card is the charge's.
  ///   - charge: the gateway's name for the charge.
  /// - Returns: the gateway's name for the refund.
  func refund(_ request: CardRequest, ofCharge charge: String) async throws -> String

  /// Whether a refund has failed after all.
  ///
  /// - Parameter reference: the gateway's name for it.
  /// - Returns: nil if it has not.
  func refund(named reference: String) async throws -> RefundAnswer?

  /// How a dispute stands.
  ///
  /// - Parameter reference: the gateway's name for it.
  /// - Returns: nil if no money is contested by it.
  func dispute(named reference: String) async throws -> DisputeAnswer?
}

extension PaymentGateway {
  /// 16
  public var concurrency: Int { 16 }

  /// Whatever is more than nothing.
  public func isChargeable(_ amount: Money) -> Bool { amount.minorUnits >= least(in: amount.currency) }

  /// 1
  public func least(in currency: Currency) -> Int { 1 }
}
