public import EventStreams

/// A booking: postings that belong together and sum to zero in each currency. One that does not can't be made.
public struct Journal: Sendable, Hashable {
  /// The journal's own name; the same event makes the same name.
  public let id: String
  /// Why it is booked.
  public let kind: String
  /// The ride it is about.
  public let rideID: String
  /// When it counts from.
  public let effectiveAt: Timestamp
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
  public init(id: String, kind: String, rideID: String, effectiveAt: Timestamp, postings: [Posting]) throws(Unbalanced)
  {
    var sums: [Currency: Int] = [:]
    for posting in postings { sums[posting.amount.currency, default: 0] += posting.amount.minorUnits }
    for (currency, sum) in sums where sum != 0 {
      throw Unbalanced(journal: id, excess: Money(sum, currency))
    }
    self.id = id
    self.kind = kind
    self.rideID = rideID
    self.effectiveAt = effectiveAt
    self.postings = postings.filter { $0.amount.minorUnits != 0 }
  }

  /// The effects that book it: per posting an entry in the account's stream, and the running balance beside it.
  public func post(to effects: inout Effects) {
    for posting in postings {
      let entry = AccountEntry(
        journal: id, kind: kind, rideID: rideID, amount: posting.amount, effectiveAt: effectiveAt)
      effects.append(to: LedgerState.stream(posting.account), entry)
      effects.increment(
        LedgerState.balances, LedgerState.field(posting.account, posting.amount.currency), by: posting.amount.minorUnits
      )
    }
  }
}
