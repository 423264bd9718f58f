import ArgumentParser
import RideHailing

struct AccountDepositCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deposit", abstract: "Pay money into an account: publishes ACCOUNT_DEPOSITED.",
    discussion: "  rides account deposit rider r-1 150.00 --city Paris --currency EUR")

  @OptionGroup var options: MovementOptions

  @Argument(help: "How much, as 12.50.")
  var amount: String

  @Option(help: "Why, for people.")
  var reason: String?

  func run() async throws {
    let (event, published, _, _) = try await options.publish(AccountDeposited.self, amount, reason: reason)
    options.report("deposited \(event.money) on \(event.holder)", event, published)
  }
}
