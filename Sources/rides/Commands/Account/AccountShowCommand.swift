import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct AccountShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an account's entries with the running balance.",
    discussion: """
      EFFECTIVE is when an entry counts from, RECORDED when its event was logged; an entry that came late differs. --at gives \
      the balance of what counted at a moment, --as-recorded-at what was known at a moment.

        rides account driver driver-paris-17 --limit 10
        rides account rider r-1 --at 2026-03-15T00:00:00Z
        rides account clearing --from 2026-03-01 --to 2026-04-01
      """)

  @OptionGroup var arguments: AccountArguments

  @Option(help: "What counted at this moment.", transform: TimeArgument.read)
  var at: TimeArgument?

  @Option(help: "What had been recorded by this moment.", transform: TimeArgument.read)
  var asRecordedAt: TimeArgument?

  @Option(help: "Only entries that count from this moment or later.", transform: TimeArgument.read)
  var from: TimeArgument?

  @Option(help: "Only entries that count from before this moment.", transform: TimeArgument.read)
  var to: TimeArgument?

  @Option(help: "Only the last so many entries.")
  var limit = 50

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    if at != nil, to != nil { throw ValidationError("give --at or --to, not both") }
    if let from, let to, to.time < from.time { throw ValidationError("--to is before --from") }
    try Limit.check(limit)
  }

  func run() async throws {
    let account = try arguments.account()
    let (namespace, connection) = try await redis.find()
    let selection = AccountHistory.Selection(
      from: from?.time, before: at.map { $0.time + .microseconds(1) } ?? to?.time, recordedBy: asRecordedAt?.time)
    let report = try await AccountReport.read(
      account, from: ServiceState(namespace: namespace, connection: connection), selection, limit: limit,
      archive: archive.closedJournals(namespace, connection))
    if output.format == .json { return Terminal.print(json: JSONWriter.bytes(of: report)) }
    let statement = report.statement
    guard statement.count > 0 else { throw Failure.refused("account \(account) has no entries") }
    var table = Table("EFFECTIVE", "RECORDED", "KIND", "RIDE", "AMOUNT", "BALANCE")
    for line in statement.lines {
      table.add(
        "\(line.entry.effectiveAt)", "\(line.entry.recordedAt)", line.entry.kind.rawValue, line.entry.rideID ?? "-",
        line.entry.amount.decimal, "\(line.balance)")
    }
    let isSelected = from != nil || at != nil || to != nil || asRecordedAt != nil
    if !isSelected, statement.count > statement.lines.count {
      Terminal.print("… \(statement.count - statement.lines.count) earlier entries")
    }
    if !table.isEmpty { Terminal.print(table) }
    let balances = statement.balances.map(\.description).joined(separator: ", ")
    Terminal.print("balance of \(account)\(moment): \(balances.isEmpty ? "0" : balances)")
    if let rating = report.rating, rating.count > 0 { Terminal.print("rating: \(rating)") }
    guard let cash = report.cashHeld else { return }
    for balance in statement.balances {
      let held = cash.first { $0.currency == balance.currency } ?? Money(0, balance.currency)
      Terminal.print("payable: \(balance); held in cash, and taken off already: \(held)")
    }
  }

  private var moment: String {
    var text = ""
    if let at { text += " at \(at.time)" }
    if let to { text += " before \(to.time)" }
    if let asRecordedAt { text += " as recorded at \(asRecordedAt.time)" }
    return text
  }
}
