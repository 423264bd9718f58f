import ArgumentParser
import EventStreams
import EventStreamsOperations
import Foundation
import RideHailing

struct TipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tip", abstract: "Give the driver of a completed ride a tip: publishes RIDE_TIPPED.",
    discussion: """
      Within 30 days of the ride's end; it is paid as the ride was, and all of it is the driver's. Under the same name it is given once. Exit \
      status: 0 paid, 1 refused, 75 not handled in time, and it will be when the payment service runs.

        rides tip sim-1-42 --amount 3.00
      """)

  @Argument(help: "The ride's id.")
  var ride: String

  @Option(help: "How much, as 3.00, in the ride's currency.")
  var amount: String

  @Option(help: "The tip's own name: publishing it again adds nothing. (default: a new one)")
  var name: String?

  @Option(help: "How long to wait for what becomes of it.")
  var wait = DurationArgument(.seconds(5))

  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.open()
    let state = RideState(ServiceState(namespace: namespace, connection: connection))
    guard let record = try await state.payment(ride) else {
      throw Failure.refused("ride '\(ride)' can't be tipped: the payment service has not seen its completion")
    }
    guard let money = Money(decimal: amount, record.fare.currency), money.minorUnits > 0 else {
      throw Failure.usage("'\(amount)' is no amount in \(record.fare.currency), such as 3.00")
    }
    let tip: RideTipped
    do {
      tip = try record.tip(ride, amount: money.minorUnits, name: name ?? UUID().uuidString.lowercased())
    } catch let error as RequestRefused {
      throw Failure.refused("\(error)")
    }
    try InputCheck.check(tip)
    let published = try await Publisher(namespace: namespace, connection: connection).publish(tip)
    if let difference = published.difference {
      throw Failure.refused("tip '\(name ?? "")' was given before and says something else: \(difference)")
    }
    let paid = TipCaptured.id(ofRide: ride, tip: tip.tip)
    let outcome = try await OutcomeWait(namespace: namespace, connection: connection, patience: wait.duration).first(
      of: [paid, TipRefused.id(ofRide: ride, tip: tip.tip)], after: published, called: "tip")
    switch outcome {
    case (let header, _) where header.id.hasSameBytes(as: paid):
      let note = published.isDuplicate ? " (published before)" : ""
      Terminal.print("tipped driver \(tip.driverID) of ride \(ride) with \(money)\(note)")
    case (_, let json):
      throw Failure.refused("driver \(tip.driverID) was not tipped: \(try TipRefused(ofEvent: json.span).reason ?? "")")
    }
  }
}
