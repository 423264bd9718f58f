import ArgumentParser
import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
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

  /// Reads the ride, publishes what `makeRequest` makes of it, and waits until it is approved or refused.
  ///
  /// - Returns: the approved correction.
  func run<Request, Approval>(
    as approval: RideCorrection<Approval>.Type,
    _ makeRequest: (_ ride: CorrectedRide, _ correction: String) throws -> RideCorrection<Request>
  ) async throws -> Approved<Approval> {
    try InputCheck.check(reason: reason)
    let (namespace, connection) = try await redis.find()
    let history = try await RideHistory.read(
      ride, ChosenServices.list, namespace, connection, archive: try archive.openIfPresent())
    guard let current = history.ride else {
      throw Failure.refused(
        "ride '\(ride)' can't be corrected: its completion is neither in the log nor in the archive")
    }
    if let correction, let known = try history.approved(as: approval, named: correction) {
      return Approved(correction: known, isRepetition: true)
    }
    let request: RideCorrection<Request>
    do {
      request = try makeRequest(current, correction ?? UUID().uuidString.lowercased())
    } catch let error as RequestRefused {
      throw error.isMistake ? Failure.usage("\(error)") : Failure.refused("\(error)")
    }
    try InputCheck.check(request)
    let published = try await Publisher(namespace: namespace, connection: connection).publish(request)
    if let difference = published.difference {
      throw Failure.refused(
        "correction '\(correction ?? "")' was asked for before and says something else: \(difference)")
    }
    let approved = request.becoming(approval)
    let refused = CorrectionRefused.id(ofRequest: request.eventID)
    let outcome = try await OutcomeWait(namespace: namespace, connection: connection, patience: wait.duration).first(
      of: [approved.eventID, refused], after: published, called: "correction")
    switch outcome {
    case (let header, let json) where header.id.hasSameBytes(as: approved.eventID):
      return Approved(
        correction: try RideCorrection<Approval>(ofEvent: json.span), isRepetition: published.isDuplicate)
    case (_, let json):
      throw Failure.refused(
        "ride '\(ride)' was not corrected: \(try CorrectionRefused(ofEvent: json.span).reason); look at it and try again"
      )
    }
  }
}
