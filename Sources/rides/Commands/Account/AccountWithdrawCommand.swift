import ArgumentParser
import EventStreams
import RideHailing

struct AccountWithdrawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw",
    abstract: "Take money out of a wallet, or pay a driver: publishes ACCOUNT_WITHDRAWAL_REQUESTED.",
    discussion: """
      The service that keeps the account books it if the balance allows it at that moment, and says so in an event: \
      ACCOUNT_WITHDRAWN or ACCOUNT_WITHDRAWAL_REFUSED. A driver's balance is net of the cash that the driver holds. \
      Exit status: 0 withdrawn, 1 refused, 75 not handled in time, and it \
      will be when the service runs.

        rides account withdraw rider r-1 30.00 --city Paris --currency EUR
        rides account withdraw driver d-7 420.00 --city Paris --currency EUR --reason "week 12"
      """,
    aliases: ["payout"])

  @OptionGroup var options: MovementOptions

  @Argument(help: "How much, as 12.50.")
  var amount: String

  @Option(help: "Why, for people.")
  var reason: String?

  @Option(help: "How long to wait for what becomes of it.")
  var wait = DurationArgument(.seconds(5))

  func run() async throws {
    let (event, published, namespace, connection) = try await options.publish(
      AccountWithdrawalRequested.self, amount, reason: reason)
    let withdrawn = event.becoming(AccountWithdrawn.self).eventID
    let refused = event.becoming(AccountWithdrawalRefused.self).eventID
    let another = event.refusalAsAnother
    let outcome = try await OutcomeWait(namespace: namespace, connection: connection, patience: wait.duration).first(
      of: [withdrawn, refused, another], after: published, called: "withdrawal")
    switch outcome.header.id {
    case another:
      throw Failure.refused("the withdrawal was refused: movement '\(event.movement)' was another one before")
    case withdrawn: options.report("withdrew \(event.money) from \(event.holder)", event, published)
    default:
      let what = event.holder.kind == .driver ? "what is payable to" : "the balance of"
      throw Failure.refused(
        "the withdrawal was refused: \(what) \(event.holder) in \(event.city) is below \(event.money)")
    }
  }
}
