import ArgumentParser

struct PayoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "payout",
    abstract: "Pay drivers for a week: run a city's payouts, list them, put back what the bank returns.",
    discussion: """
      A run reckons what is payable to each driver at the end of the week by the city's clocks, has the driver service take it off \
      the accounts, and writes the bank's file (pain.001.001.09). Run again, it goes on where it was cut short, and writes the \
      same file. What is below the minimum, or less than nothing, is carried on.

        rides payout run --city Paris --currency EUR --week 2026-W13 --zone Europe/Paris --payees payees.csv \\
          --debtor "Rides SAS" --debtor-iban FR7630006000011234567890189 --minimum 10 --out paris-w13.xml
        rides payout list --run R2026W13-ABC…
        rides payout returned P2026W13-DEF… --reason "AC04: account closed"
      """,
    subcommands: [PayoutRunCommand.self, PayoutListCommand.self, PayoutRunsCommand.self, PayoutReturnedCommand.self])
}
