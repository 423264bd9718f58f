import ArgumentParser
import EventStreams
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

  @OptionGroup var redis: TopicOptions

  /// Reads the ride, publishes what `request` makes of it, and waits until it is approved or refused.
  ///
  /// - Returns: the approved correction.
  func run<Request, Approval>(
    as approval: RideCorrection<Approval>.Type,
    _ request: (_ ride: CorrectedRide, _ correction: String) throws -> RideCorrection<Request>
  ) async throws -> RideCorrection<Approval> {
    let (topic, connection) = try await redis.find()
    guard let current = try await current(topic, connection) else {
      throw Failure.refused("ride '\(ride)' can't be corrected: its completion is not in the log")
    }
    let request = try request(current, correction ?? UUID().uuidString.lowercased())
    try InputCheck.check(request)
    let published = try await Publisher(topic: topic, connection: connection).publish(request)
    let approved = request.becoming(approval)
    let refused = request.becoming(CorrectionRefused.self)
    let outcome = try await OutcomeWait(topic: topic, connection: connection, patience: wait.duration).first(
      of: [approved.eventID, refused.eventID], shard: published.shard, after: published.streamID)
    switch outcome?.id {
    case approved.eventID?: return approved
    case refused.eventID?:
      throw Failure.refused("ride '\(ride)' was corrected by somebody else meanwhile: look at it and try again")
    default:
      throw Failure(
        message:
          "the correction is published (entry \(published.streamID)), but was not handled within \(wait.duration.short)",
        status: 75)
    }
  }

  private func current(_ topic: Topic, _ connection: Connection) async throws -> CorrectedRide? {
    let events = try await Inspector(topic: topic, connection: connection).trace(
      key: ride, ids: ["\(RideCompleted.eventType):\(ride)"])
    return try CorrectedRide.fold(events.map { ($0.header, $0.json) })
  }
}
