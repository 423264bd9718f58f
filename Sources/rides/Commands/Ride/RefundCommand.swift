import ArgumentParser
import EventStreams
import RideHailing

struct RefundCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refund",
    abstract: "Give a rider money back for a ride, at the platform's cost: publishes REFUND_REQUESTED.",
    discussion: """
      It goes back the way it came: to the card, or into the wallet; the driver keeps what was earned. More than the fare is \
      never given back, and of two refunds at once one is approved. Exit status: 0 approved, 1 refused, 75 not handled in \
      time, and it will be when the payment service runs.

        rides refund sim-1-42 --reason "driver was late"
        rides refund sim-1-42 --amount 5.00 --reason "detour"
      """)

  @OptionGroup var options: CorrectionOptions

  @Option(help: "How much, as 12.50. (default: all that is left of the fare)")
  var amount: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let result = try await options.run(as: RideRefunded.self) { ride, correction in
      let money = try amount.map { text in
        guard let money = Money(decimal: text, ride.fare.currency) else {
          throw Failure.usage("'\(text)' is no amount in \(ride.fare.currency), such as 12.50")
        }
        return money
      }
      return try ride.refund(of: money?.minorUnits, correction: correction, reason: options.reason)
    }
    let approved = result.correction
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: approved))
    case .table:
      let amount = Money(approved.amount ?? 0, approved.fare.currency)
      Terminal.print("refunded \(amount) of ride \(approved.rideID), which cost \(approved.fare.amount)\(result.note)")
    }
  }
}
