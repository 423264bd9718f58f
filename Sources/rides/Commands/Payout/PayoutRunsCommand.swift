import ArgumentParser
import EventStreams
import RideHailing

struct PayoutRunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the runs of payouts, the newest first, and what each has come to.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let runs = try await Payouts(namespace: namespace, connection: connection).runs()
    var table = Table("RUN", "CITY", "WEEK", "STATE", "PAID", "PAYOUTS", "REFUSED", "RETURNED", "EXECUTE ON")
    for listed in runs {
      let rules = listed.run.rules
      table.add(
        rules.run, rules.city, rules.week, listed.state, "\(listed.money)", "\(listed.ordered)", "\(listed.refused)",
        "\(listed.returned)", rules.executeOn)
    }
    output.write(runs, table, empty: "nobody was paid")
  }
}
