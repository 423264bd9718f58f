import ArgumentParser
import EventStreams
import RideHailing

struct PayoutListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List payouts, and what became of each: ordered, refused or returned.")

  @Option(help: "Only those of this run.")
  var run: String?

  @Option(help: "Only those of this driver.")
  var driver: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let payouts = try await Payouts(namespace: namespace, connection: connection).list(run: run, driver: driver)
    var table = Table("PAYOUT", "RUN", "DRIVER", "CITY", "AMOUNT", "STATE", "AT", "REASON")
    for (name, record) in payouts {
      table.add(
        name, record.run, record.driverID, record.city, "\(record.money)", record.state, "\(record.at)",
        record.refusal ?? record.returned ?? "")
    }
    output.write(payouts.map { ListedPayout(name: $0.name, record: $0.record) }, table, empty: "nobody was paid")
  }
}
