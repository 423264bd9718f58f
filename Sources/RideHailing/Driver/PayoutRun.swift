public import EventStreams

/// A run of payouts as the driver service has it: its rules, where it began, and where it ended.
public struct PayoutRun: Sendable, Hashable {
  /// Its rules.
  public let rules: PayoutRunStarted
  /// The place in the log where it began: what is recorded later is for the next one.
  public let place: EntryID
  /// When that was.
  public let at: Timestamp
  /// The place in the log where it ended; nil if it has not.
  public internal(set) var closed: EntryID?

  /// Hash: run -> its rules and places.
  static let hash = "payout:runs"

  init(_ event: Event<PayoutRunStarted>) {
    rules = event.data
    (place, at) = (event.entryID, event.timestamp)
  }
}

extension PayoutRun: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rules = try fields("rules", \.rules)
    place = try fields("place", \.place)
    at = try fields("at", \.at)
    closed = try fields.optional("closed", \.closed)
  }
}
