import EventStreams

/// What a service keeps of each ride, and on which day it leaves.
///
/// Each ride stands in the list of the day on which it ended or, if that is later, on which its completion was logged. When the rides of that
/// day have been closed for long enough, all that is kept of those in the list leaves with it.
public struct RideRecords: Sendable {
  /// The hashes with a field per ride.
  let hashes: [String]
  /// Those of them that are what the service's handlers come to; what is in the others its own audit reckons.
  private let folded: [String]

  /// - Parameters:
  ///   - hashes: with a field per ride, which are what the service's handlers come to.
  ///   - apart: with a field per ride, which the service's own audit looks at.
  public init(hashes: [String], auditedApart apart: [String] = []) {
    self.hashes = hashes + apart
    folded = hashes
  }

  /// Hash: day -> how many rides its list has.
  static let days = "days"
  /// What the names of the lists begin with: streams of rides' ids.
  static let listPrefix = "days:"
  /// Hash: `ClosedRides`.
  static let closed = "closed:rides"

  /// What of it is what the service's handlers come to.
  var state: [StateHash] {
    folded.map { StateHash($0, of: .ride) } + [Self.days, Self.closed].map { StateHash($0, of: .anything) }
  }

  /// The hash in which each ride stands that the service has handled.
  var first: String { hashes[0] }

  static func list(_ day: Int64) -> String { "\(listPrefix)\(day)" }

  /// Has a service handle the events that close rides.
  func add(to service: inout EventService) {
    service.on(RidesClosed.self) { try await Self.close($0) }
  }

  /// Puts a ride into the list of its day.
  ///
  /// - Parameters:
  ///   - ended: when it ended.
  ///   - recorded: when its completion was logged.
  static func note(_ ride: String, ended: Timestamp, recorded: Timestamp, in effects: inout Effects) {
    let day = max(ended.day, recorded.day)
    effects.append(to: list(day), ride)
    effects.increment(days, String(day), by: 1)
  }

  // MARK: Closed rides

  /// Why a completion is not booked any more; nil if it is.
  static func refusal(of ride: RideCompleted, in event: Event<RideCompleted>) async throws -> String? {
    guard !ride.isImported else { return nil }
    return try await refusal(ofRideEndedAt: ride.completedAt ?? event.timestamp, at: event.entryID, in: event.shard)
      .map { "\($0); it is booked as imported history only" }
  }

  /// Why nothing is done any more about a ride that ended then; nil if something may be.
  static func refusal(
    ofRideEndedAt time: Timestamp, at place: EntryID, in shard: OwnedShard
  ) async throws -> String? {
    // No day is closed before two more are over: nearly all events are of later rides, and need not ask.
    guard time.day < place.recordedAt.day - 1 else { return nil }
    return refusal(ofRideEndedAt: time, at: place, try await known(in: shard))
  }

  /// The same by what is known of closed rides.
  static func refusal(ofRideEndedAt time: Timestamp, at place: EntryID, _ closed: ClosedRides?) -> String? {
    guard time.day < place.recordedAt.day - 1, let day = closed?.before(at: place), time.day < day else { return nil }
    return "the ride ended at \(time), and rides from before \(RecordsRemoved.start(of: day)) are closed"
  }

  /// What to add to that there is no such ride, where it may have left; nothing if no rides are closed.
  static func hint(at place: EntryID, in shard: OwnedShard) async throws -> String {
    guard let day = try await firstOpen(at: place, in: shard) else { return "" }
    return ", or it ended before \(RecordsRemoved.start(of: day)) and is closed: the archive has it"
  }

  private static func firstOpen(at place: EntryID, in shard: OwnedShard) async throws -> Int64? {
    try await known(in: shard)?.before(at: place)
  }

  private static func known(in shard: OwnedShard) async throws -> ClosedRides? {
    try ClosedRides(stored: await shard.field(closed, ClosedRides.field))
  }

  private static func close(_ event: Event<RidesClosed>) async throws -> Effects {
    guard event.data.before < event.entryID.recordedAt.day - 1 else {
      throw Unprocessable("rides are not closed on the day after they ended")
    }
    guard let rides = ClosedRides(event, after: try await known(in: event.shard)) else { return .none }
    return Effects { $0.set(closed, ClosedRides.field, to: rides) }
  }

  // MARK: What leaves

  /// What stays of rides that leave, and what follows from that they do.
  struct Staying: Sendable {
    /// Hash -> the rides whose field stays.
    var fields: [Identifier: Set<Identifier>] = [:]
    var effects = Effects.none
  }

  /// The effects of what leaves with an event.
  ///
  /// - Parameter staying: is asked what of the rides that leave stays.
  func removal(
    _ event: Event<RecordsRemoved>, staying: ([String], Event<RecordsRemoved>) async throws -> Staying
  ) async throws -> Effects {
    let (removal, shard) = (event.data, event.shard)
    // What was done about these rides before the last closing is settled everywhere when the event is published.
    guard let day = try await Self.known(in: shard)?.earlier, removal.before <= day else { return .none }
    let leaving = try await shard.hash(Self.days).keys.compactMap { Int64($0.text) }.filter { $0 < removal.before }
    let slices = Set(removal.slices)
    var rides: [String] = []
    for day in leaving {
      for (_, ride) in try await shard.records(Self.list(day), after: .zero, limit: .max, as: String.self)
      where slices.contains(JournalBucket.slice(of: ride[...].utf8)) { rides.append(ride) }
    }
    let stay = try await staying(rides, event)
    return Effects { effects in
      for hash in hashes {
        let fields = stay.fields[hash] ?? []
        for ride in rides where !fields.contains(ride) { effects.remove(hash, ride) }
      }
      effects += stay.effects
      guard removal.isLast else { return }
      for day in leaving {
        effects.delete(Self.list(day))
        effects.remove(Self.days, String(day))
      }
    }
  }
}
