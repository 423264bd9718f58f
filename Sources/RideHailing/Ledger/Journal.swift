public import EventStreams

/// A booking: postings that belong together and sum to zero in each currency. One that does not can't be made.
public struct Journal: Sendable, Hashable {
  /// The journal's own name; the same event makes the same name.
  public let id: String
  /// What happened.
  public let kind: AccountEntry.Kind
  /// The ride it is about, if it is about one.
  public let rideID: String?
  /// When it counts from.
  public let effectiveAt: Timestamp
  /// When the event behind it was logged.
  public let recordedAt: Timestamp
  /// The journal that this one corrects.
  public let corrects: String?
  /// Why, for people.
  public let reason: String?
  /// The postings that are not zero.
  public let postings: [Posting]

  /// Why postings are no journal.
  public struct Unbalanced: Error, Sendable, CustomStringConvertible {
    /// The journal.
    public let journal: String
    /// What is too much in one currency.
    public let excess: Money

    /// What it says to people.
    public var description: String { "journal \(journal) does not sum to zero: \(excess) too much" }
  }

  /// A journal of the postings that are not zero.
  ///
  /// - Parameter rideID: and what follows it: see the properties.
  public init(
    id: String, kind: AccountEntry.Kind, rideID: String? = nil, effectiveAt: Timestamp, recordedAt: Timestamp,
    corrects: String? = nil, reason: String? = nil, postings: [Posting]
  ) throws(Unbalanced) {
    if let excess = Self.excess(of: postings) { throw Unbalanced(journal: id, excess: excess) }
    self.id = id
    self.kind = kind
    self.rideID = rideID
    self.effectiveAt = effectiveAt
    self.recordedAt = recordedAt
    self.corrects = corrects
    self.reason = reason
    self.postings = kind == .opened ? postings : postings.filter { $0.amount.minorUnits != 0 }
  }

  /// What postings come to in a currency in which it isn't zero; nil if there is none.
  private static func excess(of postings: [Posting]) -> Money? {
    guard let currency = postings.first?.amount.currency else { return nil }
    // Nearly all journals are about one currency.
    if postings.allSatisfy({ $0.amount.currency == currency }) {
      let sum = postings.reduce(0) { $0 + $1.amount.minorUnits }
      return sum == 0 ? nil : Money(sum, currency)
    }
    for (currency, sum) in [Currency: Int](summing: postings.lazy.map(\.amount)) where sum != 0 {
      return Money(sum, currency)
    }
    return nil
  }

  /// The effects that book it: per posting an entry in the account's stream, and the running balance beside it.
  public func post(to effects: inout Effects) {
    let frame = AccountEntry.Frame(
      journal: id, kind: kind, rideID: rideID, effectiveAt: effectiveAt, recordedAt: recordedAt, corrects: corrects,
      reason: reason)
    for posting in postings {
      effects.append(
        to: LedgerState.stream(posting.account),
        AccountEntry.Framed(frame: frame, amount: posting.amount, earning: posting.earning))
      effects.increment(
        LedgerState.balances, LedgerState.field(posting.account, posting.amount.currency), by: posting.amount.minorUnits
      )
    }
  }
}
