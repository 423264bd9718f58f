public import EventStreams

/// A payment for a ride that the cardholder contests, as it stands.
public struct RideDispute: Sendable, Hashable, JSONRecord {
  /// How it stands.
  public enum Status: String, Sendable, CaseIterable, FieldValue {
    /// The bank has the money.
    case open
    /// It has come back.
    case won
    /// It is gone.
    case lost
  }

  /// The gateway's name for it.
  public let id: String
  /// The gateway's name for the charge.
  public let charge: String
  /// What is contested, in minor units.
  public let amount: Int
  /// Of the amount.
  public let currency: Currency
  /// What the bank says: `fraudulent`, …
  public let reason: String
  /// How it stands.
  public internal(set) var status = Status.open
  /// What the gateway has taken for it so far; nil for nothing.
  public internal(set) var fee: Money?

  init(id: String, charge: String, amount: Money, reason: String) {
    self.id = id
    self.charge = charge
    self.amount = amount.minorUnits
    currency = amount.currency
    self.reason = reason
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    id = try fields("id", \.id)
    charge = try fields("charge", \.charge)
    amount = try fields("amount", \.amount)
    currency = try fields("currency", \.currency)
    reason = try fields("reason", \.reason)
    status = try fields("status", \.status)
    fee = try fields.optional("fee", \.fee)
  }

  /// What is contested.
  public var money: Money { Money(amount, currency) }
}

/// The disputes about a ride, oldest first.
public struct RideDisputes: Sendable, Hashable, JSONRecord {
  /// Hash: ride -> its disputes; only of rides that have any.
  static let hash = "disputes"

  /// Each as it stands.
  public internal(set) var disputes: [RideDispute] = []
  /// When something changed last; nil if that was not kept.
  public internal(set) var changedAt: Timestamp?

  init() {}

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    disputes = try fields("disputes", \.disputes)
    changedAt = try fields.optional("changedAt", \.changedAt)
  }

  /// Whether they stay when what changed before a day leaves, counted since 1970.
  func stay(after day: Int64) -> Bool {
    disputes.contains { $0.status == .open } || changedAt.map { $0.day >= day } == true
  }
}
