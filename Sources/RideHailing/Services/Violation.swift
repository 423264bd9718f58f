public import EventStreams

/// Something that a service's state is and should not be, or should be and is not.
public struct Violation: Sendable, Hashable {
  /// What is wrong; more kinds may be added.
  public enum Kind: String, Sendable, CaseIterable, JSONWritable {
    /// An event's journal was not booked: a missing charge, a missing earning.
    case missingJournal
    /// An event's journal was booked more than once.
    case doubledJournal
    /// A journal's postings sum to zero, but are not what the event says.
    case alteredJournal
    /// A journal's postings do not sum to zero.
    case unbalancedJournal
    /// A journal stands elsewhere than where its accounts' statements look for it.
    case misplacedJournal
    /// A journal of an event that nobody published.
    case unknownJournal
    /// A ride has no payment record, rating window or receipt.
    case missingRecord
    /// A ride's record is not what the event says.
    case alteredRecord
    /// A record of a ride that nobody published.
    case unknownRecord
    /// A service did not publish what it should have.
    case missingEvent
    /// An outcome that no event led to: nobody who had to has said it.
    case unknownEvent
    /// Two events of one id say different things. The first counts.
    case contradictingEvent
    /// The log holds an event that the archive does not.
    case missingArchiveRow
    /// The archive holds another text of an event than the log.
    case alteredArchiveRow
    /// The archive holds an event that the log has lost: its place is not before the log's first one.
    case lostEvent
    /// A running balance is not the sum of the account's entries.
    case balance
    /// What is kept of an account's entries that have left is not what they came to.
    case closedEntries
    /// The clearing account is not zero for a ride that payment and driver have handled.
    case clearing
    /// Cash that a driver took for a ride is not what the driver holds of it.
    case cash
    /// A ride's fare is not what was paid, net of refunds, and what is owed and what the platform gave: by the events, by what payment
    /// has stored, or by what it has booked.
    case conservation
    /// A charge was made twice for one thing, or for nothing, or more went back of it than was captured.
    case charge
    /// What a driver was paid for a ride is not what fare, rate, tips, tolls and cash come to, or is not what was booked.
    case driverPaid
    /// What is payable to a driver is not what rides and movements of the account come to.
    case payable
    /// More was paid out than there was at that moment.
    case overpaid
    /// A receipt does not say what was paid and what is owed.
    case receipt
    /// A ride costs something else than the price that was held for it.
    case quote
    /// Money that was held on a card ended in more than one way, or in none, or more of it was captured than was held.
    case hold
    /// A fee was charged for a ride that took place, or twice, or another one than the cancellation says.
    case cancellation
    /// A dispute ended more than once, or before it began, or is about more than was captured.
    case dispute
    /// What a rider is known to owe is not what is owed for the rides, or what was owed is given up though nobody decided that.
    case arrears
    /// A tip was taken twice, or as another amount than was given, or has not come to the driver.
    case tip
    /// A ride was completed in two shards, and so booked in both.
    case rideInTwoShards
  }

  /// What is wrong.
  public let kind: Kind
  /// Whose state it is.
  public let service: String
  /// In which shard.
  public let shard: Int
  /// The ride, if it is about one.
  public let ride: String?
  /// What in the state: a journal, a field, an account, an event's id, an entry.
  public let key: String
  /// What should be there.
  public let expected: String
  /// What is there.
  public let found: String
}

extension Violation: JSONWritable, CustomStringConvertible {
  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("kind", kind)
      $0.field("service", service)
      $0.field("shard", shard)
      $0.field("ride", ride)
      $0.field("key", key)
      $0.field("expected", expected)
      $0.field("found", found)
    }
  }

  /// `missingJournal payment shard 3 ride r-1: payment:RIDE_COMPLETED:r-1: expected …, found nothing`
  public var description: String {
    let place = ride.map { " ride \($0)" } ?? ""
    return "\(kind.rawValue) \(service) shard \(shard)\(place): \(key): expected \(expected), found \(found)"
  }
}

extension Violation.Kind {
  /// What a record that is not as expected is: missing, unknown, or altered.
  static func of(_ expected: String?, _ found: String?) -> Violation.Kind {
    if expected == nil { .unknownRecord } else if found == nil { .missingRecord } else { .alteredRecord }
  }
}
