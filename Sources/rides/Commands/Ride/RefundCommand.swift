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
      guard ride.refundable > 0 else {
        throw Failure.refused("there is nothing left to refund of ride '\(ride.rideID)'")
      }
      var refund = ride.refundable
      if let amount {
        guard let money = Money(decimal: amount, ride.fare.currency) else {
          throw Failure.usage("'\(amount)' is no amount in \(ride.fare.currency), such as 12.50")
        }
        guard money.minorUnits > 0 else { throw Failure.usage("--amount must be more than 0, not \(money)") }
        guard money.minorUnits <= ride.refundable else {
          throw Failure.refused(
            "\(money) is more than what is left of the fare of ride '\(ride.rideID)': \(Money(ride.refundable, ride.fare.currency))"
          )
        }
        refund = money.minorUnits
      }
      return RefundRequested(of: ride, amount: refund, correction: correction, reason: options.reason)
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
