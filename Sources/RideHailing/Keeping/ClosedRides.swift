import EventStreams

/// Which rides are closed to a service in a shard, as the last two closings have it.
///
/// A closing counts from the day after it was logged: whatever is logged then is handled when it has been, so all services answer alike, and
/// so does whoever handles the history anew.
struct ClosedRides: Sendable, Hashable {
  /// Rides that ended before this day are closed
  let before: Int64
  /// to what is logged on this day or later;
  let since: Int64
  /// and to what was logged earlier, those that ended before this one; nil if none are.
  let earlier: Int64?
  /// The place in the log of the closing.
  let place: EntryID

  /// Field of the hash `RideRecords.closed`.
  static let field = "rides"

  /// The rides that are closed when a closing is handled; nil if they are closed already.
  init?(_ closing: Event<RidesClosed>, after known: ClosedRides?) {
    let today = closing.entryID.recordedAt.day
    guard known.map({ $0.before < closing.data.before }) != false else { return nil }
    before = closing.data.before
    since = today + 1
    earlier = known?.before(at: closing.entryID)
    place = closing.entryID
  }

  /// The day before which rides are closed to what stands at a place; nil if none are.
  func before(at place: EntryID) -> Int64? { place.recordedAt.day >= since ? before : earlier }
}

extension ClosedRides: JSONRecord {
  /// Its fields.
  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    before = Int64(try fields("before", { Int($0.before) }))
    since = Int64(try fields("since", { Int($0.since) }))
    earlier = try fields.optional("earlier") { $0.earlier.map { Int($0) } }.map { Int64($0) }
    place = try fields("place", \.place)
  }

  /// As they are stored.
  init?(stored text: String?) throws(JSONError) {
    guard let text else { return nil }
    var parser = JSONParser()
    self = try ClosedRides(from: parser.parse(text.utf8.span))
  }
}
