public import EventArchive
public import EventStreams
import EventStreamsOperations
public import HiredisClient

/// What happened to a ride, and how it stands by that: what a correction of it is asked for against.
public struct RideHistory: Sendable {
  /// Its events, in order.
  public let events: [(header: EventHeader, json: [UInt8])]
  /// How it stands; nil if it was not completed, as far as is known.
  public let ride: CorrectedRide?

  /// Reads it; also from before the log begins, if the archive is at hand.
  ///
  /// - Parameters:
  ///   - ride: its id.
  ///   - services: what there is.
  ///   - namespace: where it is.
  ///   - connection: to there.
  ///   - archive: nil if it isn't at hand.
  public static func read(
    _ ride: String, _ services: RideServices, _ namespace: Namespace, _ connection: Connection, archive: ArchiveReader?
  ) async throws -> RideHistory {
    let events = try await events(
      ride, services, Inspector(namespace: namespace, connection: connection), archive, namespace)
    var current = try CorrectedRide.fold(events)
    // Which is what the request is held against.
    if current != nil,
      let record = try await RideState(ServiceState(namespace: namespace, connection: connection)).payment(ride)
    {
      current?.stand(as: record)
    }
    return RideHistory(events: events, ride: current)
  }

  /// An approved correction of a name; nil if there is none.
  public func approved<Approval>(
    as approval: RideCorrection<Approval>.Type, named correction: String
  ) throws -> RideCorrection<Approval>? {
    try events.filter { $0.header.type == Approval.eventType }
      .map { try RideCorrection<Approval>(ofEvent: $0.json.span) }
      .first { $0.correction.hasSameBytes(as: correction) }
  }

  private static func events(
    _ ride: String, _ services: RideServices, _ inspector: Inspector, _ archive: ArchiveReader?, _ namespace: Namespace
  ) async throws -> [(header: EventHeader, json: [UInt8])] {
    guard let archive else {
      // All of them: what is asked for is held against what they come to.
      return try await inspector.trace(RideNames.subject(ride, services), search: .log).events
        .map { ($0.header, $0.json) }
    }
    var filter = HistoryFilter()
    filter.rides = [ride]
    var history = MergedHistory(
      of: services.archive, shards: namespace.shards, inspector: inspector, archive: archive, filter: filter)
    var events: [(header: EventHeader, json: [UInt8])] = []
    while let event = try await history.next() {
      if let header = event.header { events.append((header, event.json)) }
    }
    return events
  }
}
