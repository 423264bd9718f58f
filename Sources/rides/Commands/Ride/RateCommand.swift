import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct RateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rate", abstract: "Rate one of a completed ride's two people for the other: publishes RIDE_RATED.",
    discussion: """
      The rating service takes it when it handles the event: once from each of the two, within 30 days of the ride's end. It is \
      hidden until both have rated or these days are over; then RATING_REVEALED shows it, and it counts. One that is not taken \
      is answered with RATING_REFUSED, which says why.

        rides rate sim-1-42 --stars 5 --comment "Smooth ride"
        rides rate sim-1-42 --by driver --stars 4
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @Option(help: "1 to 5.")
  var stars: Int

  @Option(help: "Who rates the other: rider or driver.", transform: Self.rater)
  var by = Rater.rider

  @Option(help: "What there is to say.")
  var comment: String?

  @OptionGroup var redis: NamespaceOptions

  private static func rater(_ text: String) throws -> Rater {
    guard let rater = Rater(rawValue: text) else { throw ValidationError("--by must be rider or driver") }
    return rater
  }

  func validate() throws {
    guard (1...5).contains(stars) else { throw ValidationError("--stars must be between 1 and 5") }
  }

  func run() async throws {
    let (namespace, connection) = try await redis.open()
    let state = RideState(ServiceState(namespace: namespace, connection: connection))
    guard let window = try await state.ratingWindow(ride) else {
      throw Failure.refused("ride '\(ride)' can't be rated: the rating service has not seen its completion")
    }
    let ratings = try await state.ratings(ofRide: ride)
    guard !ratings.raters.contains(by) else {
      throw Failure.refused("ride '\(ride)' has been rated already by its \(by.rawValue)")
    }
    guard window.until >= .now(), ratings.isOpen(in: window) else {
      throw Failure.refused("ride '\(ride)' could be rated until \(window.until)")
    }
    let rating = RideRated(
      rideID: ride, driverID: window.driverID, city: window.city, stars: stars, comment: comment, by: by,
      riderID: by == .driver ? window.riderID : nil)
    try InputCheck.check(rating)
    let published = try await Publisher(namespace: namespace, connection: connection).publish(rating)
    guard !published.isDuplicate else {
      throw Failure.refused("ride '\(ride)' has been rated already by its \(by.rawValue)")
    }
    let rated = by == .rider ? "driver \(window.driverID)" : "rider \(window.riderID)"
    Terminal.print("rated \(rated) of ride \(ride) with \(stars) stars (entry \(published.entryID))")
  }
}
