import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct RateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rate", abstract: "Rate a completed ride: publishes RIDE_RATED.",
    discussion: """
      The rating service counts it when it handles the event: once per ride, for the ride's driver, within 30 days of its \
      end. One that does not count is answered with RATING_REFUSED, which says why.

        rides rate sim-1-42 --stars 5 --comment "Smooth ride"
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @Option(help: "1 to 5.")
  var stars: Int

  @Option(help: "What there is to say.")
  var comment: String?

  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    guard (1...5).contains(stars) else { throw ValidationError("--stars must be between 1 and 5") }
  }

  func run() async throws {
    let (namespace, connection) = try await redis.open()
    let state = RideState(ServiceState(namespace: namespace, connection: connection))
    if let stars = try await state.stars(ride) {
      throw Failure.refused("ride '\(ride)' has been rated already, with \(stars) stars")
    }
    guard let window = try await state.ratingWindow(ride) else {
      throw Failure.refused("ride '\(ride)' can't be rated: the rating service has not seen its completion")
    }
    guard window.until >= .now() else {
      throw Failure.refused("ride '\(ride)' could be rated until \(window.until)")
    }
    let rating = RideRated(rideID: ride, driverID: window.driverID, city: window.city, stars: stars, comment: comment)
    try InputCheck.check(rating)
    let published = try await Publisher(namespace: namespace, connection: connection).publish(rating)
    guard !published.isDuplicate else { throw Failure.refused("ride '\(ride)' has been rated already") }
    Terminal.print("rated ride \(ride) of driver \(window.driverID) with \(stars) stars (entry \(published.entryID))")
  }
}
