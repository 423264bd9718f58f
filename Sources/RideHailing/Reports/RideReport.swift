public import EventStreams
public import EventStreamsOperations
public import Redis

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

  /// Reads all that is known of a ride; nil if nothing is.
  public static func read(
    _ ride: String, _ namespace: Namespace, _ connection: Connection, services: RideServices = .standard
  ) async throws -> RideReport? {
    let catalog = services.catalog
    let inspector = Inspector(namespace: namespace, connection: connection)
    // In this order: what is moved into the log meanwhile is in one of them, or in both.
    let unsent = try await inspector.unsent(about: ride, by: catalog.ride)
    let waiting = try await inspector.scheduled(about: ride, by: catalog.ride)
    let events = try await inspector.trace(ride, ids: RideID.firstEvents(of: ride), by: catalog.ride)
    let logged = Set(events.map { Identifier($0.header.id) })
    let scheduled = waiting.filter { !logged.contains(Identifier($0.id)) }
    guard let shard = events.first?.shard ?? scheduled.first?.shard else { return nil }
    let outcome = try await RideOutcome(
      ride, events: events, ServiceState(namespace: namespace, connection: connection))
    return RideReport(events: events, scheduled: scheduled, unsent: unsent, outcome: outcome, shard: shard)
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
      $0.field("events", events.map { Sealed($0) })
      $0.field("scheduled", scheduled.map { Sealed($0) })
      $0.field("unsent", unsent)
      $0.field("outcome", outcome)
    }
  }
}
