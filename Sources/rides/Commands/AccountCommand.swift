import ArgumentParser
import EventStreams
import RideHailing

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Show an account's entries with the running balance.",
    discussion: """
      Accounts of one: rider ID, driver ID, receivable ID (what a rider owes), cash ID (what a driver took in cash). Accounts
      of the platform, without an id: gateway, clearing, platform, taxes.

        rides account driver driver-paris-17
        rides account clearing
      """)

  @Argument(help: "rider, driver, receivable, cash, gateway, clearing, platform or taxes.")
  var kind: String

  @Argument(help: "Whose, for the first four.")
  var id: String?

  @Option(help: "Only the last so many entries.")
  var limit = 50

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  private func account() throws -> Account {
    switch (kind, id) {
    case ("rider", let id?), ("driver", let id?), ("receivable", let id?), ("cash", let id?):
      return Account(name: "\(kind):\(id)")
    case ("gateway", nil), ("clearing", nil), ("platform", nil), ("taxes", nil): return Account(name: kind)
    case ("rider", nil), ("driver", nil), ("receivable", nil), ("cash", nil):
      throw Failure.usage("whose? rides account \(kind) ID")
    case ("gateway", _), ("clearing", _), ("platform", _), ("taxes", _):
      throw Failure.usage("there is one account '\(kind)': it takes no id")
    default: throw Failure.usage("there is no kind of account '\(kind)'; see: rides account --help")
    }
  }

  func run() async throws {
    let account = try account()
    let (topic, connection) = try await redis.find()
    let statement = try await AccountStatement.read(account, from: ServiceState(topic: topic, connection: connection))
    if output.format == .json { return Terminal.print(json: JSONWriter.bytes(of: statement)) }
    guard !statement.lines.isEmpty else { throw Failure.refused("account \(account) has no entries") }
    var table = Table("EFFECTIVE", "KIND", "RIDE", "AMOUNT", "BALANCE")
    for line in statement.lines.suffix(limit) {
      table.add(
        "\(line.entry.effectiveAt)", line.entry.kind, line.entry.rideID, line.entry.amount.decimal, "\(line.balance)")
    }
    if statement.lines.count > limit { Terminal.print("… \(statement.lines.count - limit) earlier entries") }
    Terminal.print(table.text)
    Terminal.print("balance of \(account): \(statement.balances.map(\.description).joined(separator: ", "))")
  }
}
