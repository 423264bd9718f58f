import ArgumentParser

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Show an account, or move money on one.",
    discussion: """
      Accounts of one: rider ID (the wallet), driver ID (what can be paid out: earnings less cash held and payouts), \
      receivable ID (what a rider owes), cash ID (rides paid in cash: zero when payment and driver have seen them). \
      Accounts of the platform, without an id: gateway, bank, clearing, platform, taxes.

        rides account driver driver-paris-17
        rides account rider r-1 --at 2026-03-15T00:00:00Z
        rides account deposit rider r-1 150.00 --city Paris --currency EUR
      """,
    subcommands: [
      AccountShowCommand.self, AccountOpenCommand.self, AccountDepositCommand.self, AccountWithdrawCommand.self,
      AccountAdjustCommand.self,
    ], defaultSubcommand: AccountShowCommand.self)
}
