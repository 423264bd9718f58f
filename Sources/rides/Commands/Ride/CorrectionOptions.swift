import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import Redis
import RideHailing

/// What `adjust` and `refund` share: the ride as it stands, the request that is published, and what becomes of it.
struct CorrectionOptions: ParsableArguments {
  @Argument(help: "The ride's id.")
  var ride: String

  @Option(help: "Why, for people.")
  var reason: String

  @Option(help: "The correction's own name: publishing it again adds nothing. (default: a new one)")
  var correction: String?

  @Option(help: "How long to wait for what becomes of it.")
  var wait = DurationArgument(.seconds(5))

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var redis: NamespaceOptions

  /// A correction as it was approved.
  struct Approved<Approval: RideCorrectionStep> {
    let correction: RideCorrection<Approval>
    /// It had been asked for before, under the same name.
    let isRepetition: Bool

    var note: String { isRepetition ? " (published before)" : "" }
  }

  /// Reads the ride, publishes what `request` makes of it, and waits until it is approved or refused.
  ///
  /// - Returns: the approved correction.
  func run<Request, Approval>(
    as approval: RideCorrection<Approval>.Type,
    _ request: (_ ride: CorrectedRide, _ correction: String) throws -> RideCorrection<Request>
  ) async throws -> Approved<Approval> {
    try InputCheck.check(reason: reason)
    let (namespace, connection) = try await redis.find()
    let events = try await events(namespace, connection)
    guard var current = try CorrectedRide.fold(events) else {
      throw Failure.refused(
        "ride '\(ride)' can't be corrected: its completion is neither in the log nor in the archive")
    }
    // Which is what the request is held against.
    if let record = try await RideState(ServiceState(namespace: namespace, connection: connection)).payment(ride) {
      current.stand(as: record)
    }
    if let correction,
      let known = try events.filter({ $0.header.type == Approval.eventType })
        .map({ try RideCorrection<Approval>(ofEvent: $0.json.span) })
        .first(where: { $0.correction.hasSameBytes(as: correction) })
    {
      return Approved(correction: known, isRepetition: true)
    }
    let request = try request(current, correction ?? UUID().uuidString.lowercased())
    try InputCheck.check(request)
    let published = try await Publisher(namespace: namespace, connection: connection).publish(request)
    if let difference = published.difference {
      throw Failure.refused(
        "correction '\(correction ?? "")' was asked for before and says something else: \(difference)")
    }
    let approved = request.becoming(approval)
    let refused = CorrectionRefused.id(ofRequest: request.eventID)
    let outcome = try await OutcomeWait(namespace: namespace, connection: connection, patience: wait.duration).first(
      of: [approved.eventID, refused], shard: published.shard, after: published.entryID)
    switch outcome {
    case (let header, let json)? where header.id.hasSameBytes(as: approved.eventID):
      return Approved(
        correction: try RideCorrection<Approval>(ofEvent: json.span), isRepetition: published.isDuplicate)
    case (_, let json)?:
      throw Failure.refused(
        "ride '\(ride)' was not corrected: \(try CorrectionRefused(ofEvent: json.span).reason); look at it and try again"
      )
    case nil:
      throw Failure(
        message:
          "the correction is published (entry \(published.entryID)), but was not handled within \(wait.duration.short)",
        status: 75)
    }
  }

  /// What happened to the ride, in order; also before the log begins, if the archive is at hand.
  private func events(
    _ namespace: Namespace, _ connection: Connection
  ) async throws -> [(header: EventHeader, json: [UInt8])] {
    let inspector = Inspector(namespace: namespace, connection: connection)
    guard let archive = try archive.openIfPresent() else {
      return try await inspector.trace(ride, ids: RideID.firstEvents(of: ride), by: ChosenServices.list.catalog.ride)
        .map { ($0.header, $0.json) }
    }
    var filter = HistoryFilter()
    filter.rides = [ride]
    var history = MergedHistory(
      of: ChosenServices.list.archive, shards: namespace.shards, inspector: inspector, archive: archive, filter: filter)
    var events: [(header: EventHeader, json: [UInt8])] = []
    while let event = try await history.next() {
      if let header = event.header { events.append((header, event.json)) }
    }
    return events
  }
}
