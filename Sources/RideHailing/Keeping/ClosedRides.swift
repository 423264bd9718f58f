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

extension ClosedRides: JSONReadable, JSONWritable {
  /// Reads them as they were written.
  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    let (before, since): (Int, Int) = (try object["before"], try object["since"])
    let earlier: Int? = try object.optional("earlier")
    let place: String = try object["place"]
    guard let place = EntryID(place) else { throw JSONError(path: "place", problem: "is no entry id") }
    (self.before, self.since, self.earlier) = (Int64(before), Int64(since), earlier.map { Int64($0) })
    self.place = place
  }

  /// Writes them as an object.
  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("before", Int(before))
      $0.field("since", Int(since))
      $0.field("earlier", earlier.map { Int($0) })
      $0.field("place", place.description)
    }
  }

  /// As they are stored.
  init?(stored text: String?) throws(JSONError) {
    guard let text else { return nil }
    var parser = JSONParser()
    self = try ClosedRides(from: parser.parse(text.utf8.span))
  }
}
