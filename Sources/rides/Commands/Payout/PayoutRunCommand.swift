import ArgumentParser
import EventStreams
import Foundation
import RideHailing

struct PayoutRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Order the payouts of a city's week, and write the bank's file.",
    discussion: """
      The file of payees has the columns driver, name, iban and, if wanted, bic. A driver who is not in it is not paid: what is \
      payable is carried on, and named. No account of a bank stands in an event. Exit status: 0 written, 1 refused, 64 something \
      in a file or an option is wrong, 75 the driver service was not done in time: run it again.
      """)

  @Option(help: "The city whose drivers are paid.")
  var city: String

  @Option(help: "ISO 4217 code of the currency: others stay on the accounts.")
  var currency: String

  @Option(help: "The week, as 2026-W13: from Monday to Sunday by the city's clocks.")
  var week: String

  @Option(help: "The city's time zone: Europe/Paris.")
  var zone: String

  @Option(help: "The file of payees: driver,name,iban,bic.", completion: .file(extensions: ["csv"]))
  var payees: String

  @Option(help: "Who pays, as the bank has it.")
  var debtor: String

  @Option(help: "The account that is paid from.")
  var debtorIban: String

  @Option(help: "Its bank, if the IBAN is not enough.")
  var debtorBic: String?

  @Option(help: "Pay nothing below this: it is carried on.")
  var minimum = "0"

  @Option(help: "Leave so much on each account.")
  var holdBack = "0"

  @Option(help: "The day on which the bank is to do it, as 2026-04-02. (default: its next business day)")
  var executeOn: String?

  @Option(help: "Where the bank's file goes.", completion: .file(extensions: ["xml"]))
  var out: String

  @Option(help: "How long to wait for the driver service.")
  var wait = DurationArgument(.seconds(60))

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    guard let currency = Currency(currency) else {
      throw Failure.usage("'\(currency)' is no ISO 4217 currency code such as USD")
    }
    guard let week = PayoutWeek(week) else { throw Failure.usage("'\(week)' is no week such as 2026-W13") }
    let (debtor, known) = (try payer(), try InputCheck.reading { () throws(FileMistake) in try Payees(file: payees) })
    do {
      var order = try PayoutOrder(city: city, currency: currency, week: week, zone: zone)
      order.minimum = try amount(minimum, "--minimum", currency)
      order.holdBack = try amount(holdBack, "--hold-back", currency)
      order.executeOn = try executeOn.map { text in
        guard let day = BankDay(text) else { throw Failure.usage("'\(text)' is no day such as 2026-04-02") }
        return day
      }
      let (namespace, connection) = try await redis.openExisting()
      let result = try await Payouts(namespace: namespace, connection: connection).run(
        order, to: known, patience: wait.duration)
      try report(result, try CreditTransferFile(result.run, result.payouts, from: debtor, to: known))
    } catch let error as RequestRefused {
      throw error.isMistake ? Failure.usage("\(error)") : Failure.refused("\(error)")
    } catch let error as Payouts.NotInTime {
      throw Failure.timeout("\(error)")
    }
  }

  private func report(_ result: Payouts.Result, _ file: CreditTransferFile) throws {
    let rules = result.run.rules
    let total = Money(result.payouts.reduce(0) { $0 + $1.record.amount }, rules.currency)
    for (driver, amount) in result.unknown {
      Terminal.error("driver \(driver) is not in \(payees): \(amount) is carried on")
    }
    if !result.payouts.isEmpty {
      let written = try OutputFile(path: out)
      try written.write(file.bytes)
      try written.finish()
    }
    let what =
      result.payouts.isEmpty ? "no file, as nobody is to be paid" : "to be done on \(rules.executeOn), in \(out)"
    output.write(
      result.payouts.map { ListedPayout(name: $0.name, record: $0.record) },
      "run \(rules.run): \(result.payouts.count) payouts, \(total), for \(rules.week) in \(rules.city), \(what)")
  }

  private func payer() throws -> CreditTransferFile.Debtor {
    if let debtorBic, !Payees.isBIC(debtorBic) {
      throw Failure.usage("--debtor-bic is none: 8 or 11 capital letters and digits")
    }
    let iban: IBAN
    do throws(IBAN.Problem) { iban = try IBAN(debtorIban) } catch {
      throw Failure.usage("--debtor-iban \(error)")
    }
    return CreditTransferFile.Debtor(name: debtor, iban: iban, bic: debtorBic)
  }

  private func amount(_ text: String, _ option: String, _ currency: Currency) throws -> Int {
    guard let money = Money(decimal: text, currency), (0...1_000_000_000_000).contains(money.minorUnits) else {
      throw Failure.usage("\(option) '\(text)' is no amount in \(currency), such as 12.50")
    }
    return money.minorUnits
  }
}
