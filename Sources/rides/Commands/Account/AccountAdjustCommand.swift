import ArgumentParser
import RideHailing

struct AccountAdjustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adjust", abstract: "Put an account right: publishes ACCOUNT_ADJUSTED.",
    discussion: """
      The platform gives, or takes with a negative amount; it is booked whatever the balance, as a new entry with its reason.

        rides account adjust driver d-7 12.50 --reason "toll not recorded" --city Paris --currency EUR
        rides account adjust --reason "credited twice" --city Paris --currency EUR -- rider r-1 -5.00
      """)

  @OptionGroup var options: MovementOptions

  @Argument(help: "How much, as 12.50; all arguments after -- if it is negative.")
  var amount: String

  @Option(help: "Why, for people.")
  var reason: String

  func run() async throws {
    try InputCheck.check(reason: reason)
    let (event, published, _, _) = try await options.publish(AccountAdjusted.self, amount, reason: reason)
    options.report("adjusted \(event.holder) by \(event.money)", event, published)
  }
}
