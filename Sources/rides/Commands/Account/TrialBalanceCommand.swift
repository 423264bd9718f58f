import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct TrialBalanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial-balance", abstract: "Show the balances of all accounts per currency: their sum is zero.",
    discussion: """
      Accounts of riders, drivers and so on are taken together by kind; --accounts lists each. Exit status 1 if a sum is not \
      zero, which must never happen.

        rides trial-balance
        rides trial-balance --at 2026-03-15T00:00:00Z --format json
      """)

  @Option(help: "What counted at this moment.", transform: TimeArgument.read)
  var at: TimeArgument?

  @Flag(help: "Each account on a line of its own.")
  var accounts = false

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let balance = try await TrialBalance.read(
      from: ServiceState(namespace: namespace, connection: connection), at: at?.time,
      archive: archive.closedJournals(namespace, connection))
    let report = TrialBalanceReport(balance, listsAccounts: accounts)
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: report))
    case .table:
      var table = Table("CURRENCY", "ACCOUNT", "DEBIT", "CREDIT")
      for total in balance.totals {
        for row in report.rows where row.balance.currency == total.currency {
          let amount = row.balance.minorUnits
          table.add(
            "\(total.currency)", row.account.name, amount < 0 ? (-row.balance).decimal : "",
            amount >= 0 ? row.balance.decimal : "")
        }
        table.add("\(total.currency)", "sum", "", total.decimal)
      }
      if table.isEmpty { Terminal.print("no account has an entry") } else { Terminal.print(table) }
    }
    guard balance.isBalanced else { throw Failure.refused("the accounts do not sum to zero; see: rides audit") }
  }
}
