public import EventStreams

/// One line of an account.
public struct AccountEntry: Sendable, Hashable {
  /// What happened to the account.
  public enum Kind: String, Sendable, CaseIterable, JSONReadable, JSONWritable {
    /// It began.
    case opened
    /// Money came in.
    case deposited
    /// Money went out.
    case withdrew
    /// A driver was paid.
    case paidOut
    /// The bank has sent back what a driver was paid.
    case returned
    /// A ride was paid.
    case charged
    /// A ride could not be paid.
    case owed
    /// What was owed for a ride is given up.
    case writtenOff
    /// A ride was driven.
    case earned
    /// A ride was called off, for a fee.
    case cancelled
    /// A driver was given something on top, after a ride's end.
    case tipped
    /// A ride's fare, or the account, was put right.
    case adjusted
    /// A rider got something back.
    case refunded
    /// A rider's bank has taken a payment back, or has given it to us or lost it for us.
    case disputed
  }

  /// The journal it belongs to.
  public let journal: String
  /// What happened.
  public let kind: Kind
  /// The ride it is about, if it is about one.
  public let rideID: String?
  /// Positive for a credit.
  public let amount: Money
  /// When it counts from.
  public let effectiveAt: Timestamp
  /// When the event behind it was logged, to the millisecond. An entry that came late has an earlier `effectiveAt`.
  public let recordedAt: Timestamp
  /// The journal that this one corrects, if it does.
  public let corrects: String?
  /// Why, for people.
  public let reason: String?
  /// What an amount earned with a ride is made of.
  public let earning: Earning?
}

extension AccountEntry: JSONWritable {
  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object { writeFields(to: &$0) }
  }

  func writeFields(to json: inout JSONWriter) {
    json.field("journal", journal)
    json.field("kind", kind)
    json.field("ride", rideID)
    json.field("amount", amount.minorUnits)
    json.field("currency", amount.currency)
    json.field("effectiveAt", effectiveAt)
    json.field("recordedAt", recordedAt)
    json.field("corrects", corrects)
    json.field("reason", reason)
    json.field("earning", earning)
  }
}
