import ArgumentParser
import CardGateway
import EventStreams
import EventStreamsOperations
import RideHailing

struct ReconcileGatewayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateway",
    abstract: "Compare what our books say of cards with the card gateway's own list of charges.",
    discussion: """
      Each charge is looked for by the gateway's name for it: whether both have it, what was captured, and what went back. What the gateway \
      holds for a ride for which nothing is held any more is named as well. Charges of the account that are none of ours are counted. \
      May run while services work: what differs is looked at once more two seconds later, and named if it has stayed so. Exit status 1 if \
      anything differs.

        rides reconcile gateway --gateway https://api.stripe.com --gateway-key-file /etc/rides/gateway-key
        rides reconcile gateway --gateway https://api.stripe.com --format json
      """)

  @OptionGroup var gateway: GatewayAccountOptions
  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    guard let settings = try gateway.settings() else {
      throw Failure.usage("say which gateway: --gateway https://…")
    }
    let archive = try archive.openIfPresent()
    let (namespace, connection) = try await redis.find()
    let report: GatewayReport
    do {
      report = try await GatewayReconciliation(
        inspector: Inspector(namespace: namespace, connection: connection),
        state: ServiceState(namespace: namespace, connection: connection), shardCount: namespace.shardCount,
        archive: archive, services: ChosenServices.list, client: CardGatewayClient(settings)
      ).run()
    } catch let error as CardGatewayError {
      throw Failure.refused("\(error)")
    }
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: report))
    case .table: show(report)
    }
    if !report.differences.isEmpty { throw ExitCode(1) }
  }

  private func show(_ report: GatewayReport) {
    var table = Table("WHAT", "CHARGE", "RIDE", "OUR BOOKS", "THE GATEWAY")
    for difference in report.differences {
      table.add(difference.kind.rawValue, difference.charge, difference.ride, difference.books, difference.gateway)
    }
    if !report.differences.isEmpty { Terminal.print(table) }
    let sums = report.captured.sorted { $0.key.code < $1.key.code }.map { "\(Money($0.value, $0.key))" }
    Terminal.print(
      "\(report.charges) charges, \(sums.isEmpty ? "nothing captured" : sums.joined(separator: ", ")); "
        + "\(report.foreign) of the gateway's are none of ours; \(report.differences.count) differences")
  }
}
