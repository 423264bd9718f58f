import ArgumentParser
import EventStreams
import RideHailing

struct AdjustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adjust", abstract: "Put a completed ride's fare right: publishes FARE_ADJUSTMENT_REQUESTED.",
    discussion: """
      --fare is the right total; tips, tolls and taxes stay as they are unless given. The rider pays the difference or gets it \
      back, and the driver's share follows, as new entries that name the ones they correct. Of two corrections at once one is \
      approved. Exit status: 0 approved, 1 refused, 75 not handled in time, and it will be when the payment service runs.

        rides adjust sim-1-42 --fare 17.20 --reason "wrong route"
        rides adjust sim-1-42 --fare 20.20 --tip 3.00 --reason "tip added later"
      """)

  @OptionGroup var options: CorrectionOptions

  @Option(help: "The right total, as 12.50.")
  var fare: String

  @Option(help: "The right tip.")
  var tip: String?

  @Option(help: "The right tolls.")
  var tolls: String?

  @Option(help: "The right taxes.")
  var taxes: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let result = try await options.run(as: FareAdjusted.self) { ride, correction in
      func amount(_ text: String?) throws -> Int? {
        guard let text else { return nil }
        guard let money = Money(decimal: text, ride.fare.currency), money.minorUnits >= 0 else {
          throw Failure.usage("'\(text)' is no amount in \(ride.fare.currency), such as 12.50")
        }
        return money.minorUnits
      }
      return try ride.adjustment(
        to: try amount(fare) ?? 0, tip: try amount(tip), tolls: try amount(tolls), taxes: try amount(taxes),
        correction: correction, reason: options.reason)
    }
    let approved = result.correction
    let (before, after) = (approved.fare.amount, approved.newFare?.amount ?? approved.fare.amount)
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: approved))
    case .table: Terminal.print("adjusted the fare of ride \(approved.rideID) from \(before) to \(after)\(result.note)")
    }
  }
}
