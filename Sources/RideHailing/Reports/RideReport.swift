public import EventArchive
public import EventStreams
public import EventStreamsOperations
public import HiredisClient

/// One ride's way through all services: its events and how far each service has come with them, what is still to come, and what is stored.
public struct RideReport: Sendable, JSONWritable {
  /// The events that the log holds, in its order.
  public let events: [EventTrace]
  /// Those that wait until they are due.
  public let scheduled: [ScheduledEvent]
  /// Those on their way to another shard.
  public let unsent: [UnsentEvent]
  /// What the services have stored.
  public let outcome: RideOutcome
  /// The ride's shard.
  public let shard: Int

  /// False if there may be events of the ride whose producers gave them ids of their own, and nobody has looked through the logs for them.
  public let isComplete: Bool

  /// Reads all that is known of a ride; nil if nothing is.
  ///
  /// - Parameters:
  ///   - ride: its id.
  ///   - namespace: where it is.
  ///   - connection: to there.
  ///   - services: what there is.
  ///   - archive: has the events that the logs have no longer, and those that are called otherwise; nil if it isn't at hand.
  ///   - search: how far is looked.
  public static func read(
    _ ride: String, _ namespace: Namespace, _ connection: Connection, services: RideServices = .standard,
    archive: ArchiveReader? = nil, search: TraceSearch = .names
  ) async throws -> RideReport? {
    let inspector = Inspector(namespace: namespace, connection: connection)
    let state = ServiceState(namespace: namespace, connection: connection)
    var told: [String] = []
    while true {
      let archived = try await archive?.trace(ride, shards: namespace.shards)
      let trace = try await inspector.trace(
        RideNames.subject(ride, services, told: told), archived: archived, search: search)
      guard let shard = trace.events.first?.shard ?? trace.scheduled.first?.shard else { return nil }
      // What is stored is read last: what is settled is in it.
      let outcome = try await RideOutcome(ride, events: trace.events, state)
      let report = RideReport(
        events: trace.events, scheduled: trace.scheduled, unsent: trace.unsent, outcome: outcome, shard: shard,
        isComplete: trace.isComplete)
      // What services have booked is called by names that only they know.
      let known = Set(names: trace.events.map(\.header.id) + told)
      let new = try await trace.isComplete ? [] : outcome.eventIDs(RideState(state)).filter { !known.contains($0) }
      guard !new.isEmpty else { return report }
      told += new
    }
  }

  /// True if every service has handled every event of the ride that is in the log, or has given up on it.
  public var isSettled: Bool {
    unsent.isEmpty && events.allSatisfy { $0.steps.allSatisfy { ["done", "dead", "parked"].contains($0.state) } }
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("ride", outcome.ride)
      $0.field("settled", isSettled)
      $0.field("complete", isComplete)
      $0.field("events", events.map { Sealed($0) })
      $0.field("scheduled", scheduled.map { Sealed($0) })
      $0.field("unsent", unsent)
      $0.field("outcome", outcome)
    }
  }
}
