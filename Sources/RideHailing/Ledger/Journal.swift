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
  /// What the amount on the driver's account is made of, if it was earned with a ride.
  public let earning: Earning?
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
    corrects: String? = nil, reason: String? = nil, earning: Earning? = nil, postings: [Posting]
  ) throws(Unbalanced) {
    if let excess = Self.excess(of: postings) { throw Unbalanced(journal: id, excess: excess) }
    self.init(
      id: id, kind: kind, rideID: rideID, effectiveAt: effectiveAt, recordedAt: recordedAt, corrects: corrects,
      reason: reason, earning: earning,
      written: kind == .opened ? postings : postings.filter { $0.amount.minorUnits != 0 })
  }

  /// A journal, or a part of one, with postings as they stand: whether they sum to zero is for others to say.
  init(
    id: String, kind: AccountEntry.Kind, rideID: String?, effectiveAt: Timestamp, recordedAt: Timestamp,
    corrects: String?, reason: String?, earning: Earning?, written postings: [Posting]
  ) {
    self.id = id
    self.kind = kind
    self.rideID = rideID
    self.effectiveAt = effectiveAt
    self.recordedAt = recordedAt
    self.corrects = corrects
    self.reason = reason
    self.earning = earning
    self.postings = postings
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

  /// The effects that book it: a record of it, and the running balances of its accounts beside it.
  public func post(to effects: inout Effects) {
    guard let first = postings.first else { return }
    let bucket = JournalBucket(recordedAt: recordedAt, effectiveAt: effectiveAt)
    let name = bucket.name
    for (slice, part) in parts(first) {
      effects.append(to: bucket.stream(slice), part)
      effects.increment(LedgerState.buckets, name, by: 1)
    }
    for posting in postings {
      let field = LedgerState.field(posting.account, posting.amount.currency)
      if posting.account.holder == nil {
        effects.increment(LedgerState.buckets, LedgerState.joined(name, field), by: 1)
      }
      effects.increment(LedgerState.balances, field, by: posting.amount.minorUnits)
    }
  }

  /// The entry of one of its postings in that account.
  func entry(_ posting: Posting) -> AccountEntry {
    AccountEntry(
      journal: id, kind: kind, rideID: rideID, amount: posting.amount, effectiveAt: effectiveAt, recordedAt: recordedAt,
      corrects: corrects, reason: reason, earning: posting.account.kind == "driver" ? earning : nil)
  }

  // MARK: As it is stored

  /// The slice that it belongs to by its first posting on an account that has a holder.
  var slice: Int {
    for posting in postings {
      if let holder = posting.account.holder { return JournalBucket.slice(of: holder) }
    }
    return JournalBucket.slice(of: (rideID ?? id)[...].utf8)
  }

  /// What is stored of it, and in which slice: all of it, unless it is about several holders or currencies; then a part for each.
  private func parts(_ first: Posting) -> [(slice: Int, journal: Journal)] {
    let slice = slice
    func isUsual(_ posting: Posting) -> Bool {
      posting.amount.currency == first.amount.currency
        && posting.account.holder.map { JournalBucket.slice(of: $0) == slice } != false
    }
    if postings.allSatisfy(isUsual) { return [(slice, self)] }
    struct Place: Hashable {
      let currency: Currency
      let slice: Int
    }
    let places = Dictionary(grouping: postings) { posting in
      Place(
        currency: posting.amount.currency,
        slice: posting.account.holder.map { JournalBucket.slice(of: $0) } ?? slice)
    }
    return places.sorted { ($0.key.currency.code, $0.key.slice) < ($1.key.currency.code, $1.key.slice) }
      .map {
        let part = part($0.value)
        return (part.slice, part)
      }
  }

  private func part(_ postings: [Posting]) -> Journal {
    Journal(
      id: id, kind: kind, rideID: rideID, effectiveAt: effectiveAt, recordedAt: recordedAt, corrects: corrects,
      reason: reason, earning: earning, written: postings)
  }

  /// The name of the journal that books a completed ride, or the fee for one that did not take place.
  static func id(ofRide ride: String, _ kind: AccountEntry.Kind) -> String {
    "\(kind == .earned || kind == .cancelled ? LedgerState.drivers : LedgerState.riders):\(RideCompleted.eventType.rawValue):\(ride)"
  }
}
