import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct StatementCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statement",
    abstract:
      "Show a driver's month: trips, fares, commission, tips, tolls, cash, payouts, and the balances around them.",
    discussion: """
      Months are in UTC, by the time that entries count from. The items add up to the closing balance, \
      which is what can be paid out: cash that the driver holds is paid already, and a negative balance is what the driver owes.

        rides statement driver driver-paris-17 --month 2026-03
        rides statement driver driver-paris-17 --month 2026-03 --format csv
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json
  }

  @Argument(help: "driver.")
  var kind: String

  @Argument(help: "Whose.")
  var id: String

  @Option(help: "The month, as 2026-03.", transform: MonthArgument.read)
  var month: MonthArgument

  @Option(help: "table, csv with one line per entry, or json.")
  var format = Format.table

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    guard kind == "driver" else { throw Failure.usage("there are statements of drivers: rides statement driver ID") }
    let (namespace, connection) = try await redis.find()
    let state = ServiceState(namespace: namespace, connection: connection)
    let selection = AccountHistory.Selection(from: month.start, before: month.end)
    let account = try await AccountStatement.read(
      .driver(id), from: state, selection, archive: archive.closedJournals(namespace, connection))
    guard account.count > 0 else { throw Failure.refused("driver '\(id)' has no account: nothing was ever earned") }
    let statements = DriverStatement.statements(account)
    guard !statements.isEmpty else {
      throw Failure.refused("driver '\(id)' had no entry by the end of \(month.text)")
    }
    guard statements.allSatisfy(\.addsUp) else {
      throw Failure.refused("the statement does not add up; see: rides audit")
    }
    switch format {
    case .json:
      Terminal.print(
        json: JSONWriter.bytes(of: Report(driver: id, month: month.text, statements: statements, lines: account.lines)))
    case .csv: printLines(account)
    case .table: for statement in statements { printItems(statement) }
    }
  }

  private func printItems(_ statement: DriverStatement) {
    func text(_ amount: Int) -> String { Money(amount, statement.currency).decimal }
    var table = Table("\(id), \(month.text)", "\(statement.currency)")
    table.add("opening balance", text(statement.opening))
    let fees = statement.cancellations == 0 ? "" : ", fees of \(statement.cancellations) called off"
    table.add("fares of \(statement.trips) trips\(fees)", text(statement.earned.fare))
    table.add("commission", text(-statement.earned.commission))
    table.add("tips", text(statement.earned.tips))
    table.add("tolls", text(statement.earned.tolls))
    if statement.adjustments != 0 { table.add("adjustments", text(statement.adjustments)) }
    if statement.deposits != 0 { table.add("deposits", text(statement.deposits)) }
    if statement.cashCollected != 0 { table.add("held in cash", text(-statement.cashCollected)) }
    table.add("payouts", text(-statement.payouts))
    table.add("closing balance, payable", text(statement.closing))
    Terminal.print(table)
  }

  private func printLines(_ account: AccountStatement) {
    Terminal.print(
      data: "effective_at,recorded_at,kind,ride,fare,commission,tips,tolls,cash,amount,balance,currency,reason")
    func row(_ fields: CSV.Field...) { Terminal.print(data: CSV.row(fields)) }
    for opening in account.opening {
      row(
        "\(month.start)", "", "opening", "", "", "", "", "", "", "", .number(opening.decimal), "\(opening.currency)", ""
      )
    }
    for line in account.lines {
      let entry = line.entry
      func item(_ amount: Int?) -> CSV.Field {
        amount.map { .number(Money($0, entry.amount.currency).decimal) } ?? ""
      }
      row(
        "\(entry.effectiveAt)", "\(entry.recordedAt)", .text(entry.kind.rawValue), .text(entry.rideID ?? ""),
        item(entry.earning?.fare), item(entry.earning?.commission), item(entry.earning?.tips),
        item(entry.earning?.tolls), item(entry.earning?.cash), .number(entry.amount.decimal),
        .number(line.balance.decimal), "\(entry.amount.currency)", .text(entry.reason ?? ""))
    }
    for closing in account.balances {
      row(
        "\(month.end)", "", "closing", "", "", "", "", "", "", "", .number(closing.decimal), "\(closing.currency)", "")
    }
  }

  private struct Report: JSONWritable {
    let driver: String
    let month: String
    let statements: [DriverStatement]
    let lines: [AccountStatement.Line]

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("driver", driver)
        $0.field("month", month)
        $0.field("statements", statements)
        $0.field("entries", lines)
      }
    }
  }
}
