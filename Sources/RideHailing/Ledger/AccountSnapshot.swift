import EventStreams

/// What a run of an account's entries comes to, so that a past balance can be told without reading them.
///
/// Snapshots of an account follow each other without a gap: each begins after the one before it. Times tell whether its entries
/// lie before, after or on both sides of the moment asked for; only in the last case they must be read.
struct AccountSnapshot: Sendable, Hashable {
  /// The last entry of the account's stream that it covers.
  let through: StreamID
  /// Entries.
  private(set) var count = 0
  /// Minor units by currency.
  private(set) var sums: [Currency: Int] = [:]
  /// The earliest and the latest moment that an entry counts from.
  private(set) var effective: ClosedRange<Timestamp>
  /// The earliest and the latest moment that an entry was recorded at.
  private(set) var recorded: ClosedRange<Timestamp>

  /// What some entries come to; nil if there are none.
  init?(_ entries: [AccountMovement], through: StreamID) {
    guard let first = entries.first else { return nil }
    self.through = through
    effective = first.effectiveAt...first.effectiveAt
    recorded = first.recordedAt...first.recordedAt
    count = entries.count
    // Nearly all accounts have one currency: it is looked up once for each run of entries.
    var (currency, sum) = (first.amount.currency, 0)
    for entry in entries {
      if entry.amount.currency != currency {
        sums[currency, default: 0] += sum
        (currency, sum) = (entry.amount.currency, 0)
      }
      sum += entry.amount.minorUnits
      effective = min(effective.lowerBound, entry.effectiveAt)...max(effective.upperBound, entry.effectiveAt)
      recorded = min(recorded.lowerBound, entry.recordedAt)...max(recorded.upperBound, entry.recordedAt)
    }
    sums[currency, default: 0] += sum
  }
}

extension AccountSnapshot: JSONReadable, JSONWritable {
  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    let id: String = try object["through"]
    guard let id = StreamID(id) else { throw JSONError(path: "through", problem: "is no stream id") }
    through = id
    count = try object["count"]
    effective = try Self.range(try object["effectiveFrom"], try object["effectiveTo"])
    recorded = try Self.range(try object["recordedFrom"], try object["recordedTo"])
    let amounts: [Money] = try object["sums"]
    sums = [Currency: Int](summing: amounts)
  }

  private static func range(_ from: Timestamp, _ to: Timestamp) throws(JSONError) -> ClosedRange<Timestamp> {
    guard from <= to else { throw JSONError(problem: "\(from) is after \(to)") }
    return from...to
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("through", through.description)
      $0.field("count", count)
      $0.field("effectiveFrom", effective.lowerBound)
      $0.field("effectiveTo", effective.upperBound)
      $0.field("recordedFrom", recorded.lowerBound)
      $0.field("recordedTo", recorded.upperBound)
      $0.field("sums", sums.amounts)
    }
  }
}
