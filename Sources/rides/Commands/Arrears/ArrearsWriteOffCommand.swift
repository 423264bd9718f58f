import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct ArrearsWriteOffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write-off",
    abstract: "Give up what is owed for a ride, at the platform's cost: publishes WRITE_OFF_REQUESTED.",
    discussion: """
      The driver keeps what was earned. Exit status: 0 given up, 1 refused, 75 not handled in time, and it will be when the payment service \
      runs.

        rides arrears write-off sim-1-42 --reason "not worth a letter"
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @Option(help: "Why, for people.")
  var reason: String

  @Option(help: "The request's own name: publishing it again adds nothing. (default: the ride's name)")
  var name: String?

  @Option(help: "How long to wait for what becomes of it.")
  var wait = DurationArgument(.seconds(5))

  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    try InputCheck.check(reason: reason)
    let (namespace, connection) = try await redis.openExisting()
    let state = RideState(ServiceState(namespace: namespace, connection: connection))
    guard let record = try await state.payment(ride) else {
      throw Failure.refused("nothing is known to be owed for ride '\(ride)'; see: rides arrears")
    }
    let request = record.writeOff(ride, reason: reason, name: name)
    try InputCheck.check(request)
    let published = try await Publisher(namespace: namespace, connection: connection).publish(request)
    if let difference = published.difference {
      throw Failure.refused("the same was asked for before, and said something else: \(difference)")
    }
    let written = PaymentWrittenOff.id(ofRide: ride, cause: request.eventID)
    let outcome = try await OutcomeWait(namespace: namespace, connection: connection, patience: wait.duration).first(
      of: [written, WriteOffRefused.id(ofRequest: request.eventID)], after: published, called: "request")
    switch outcome {
    case (let header, let json) where header.id.hasSameBytes(as: written):
      let event = try PaymentWrittenOff(ofEvent: json.span)
      Terminal.print("\(Money(event.amount, event.currency)) of ride \(ride) is not asked for any more")
    case (_, let json):
      throw Failure.refused("nothing was given up: \(try WriteOffRefused(ofEvent: json.span).reason)")
    }
  }
}
