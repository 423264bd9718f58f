import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct DisputesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disputes", abstract: "List the payments that cardholders contest, those that are not decided first.",
    discussion: """
      The bank takes the money back at once, and returns it if the dispute is won; what is lost the platform bears.

        rides disputes --status open
      """)

  @Option(help: "Only those that are open, won or lost.")
  var status: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let chosen = try status.map { text in
      guard let status = RideDispute.Status(rawValue: text) else {
        throw Failure.usage("--status: '\(text)' is none of open, won and lost")
      }
      return status
    }
    let (namespace, connection) = try await redis.find()
    let disputes = try await RideState(ServiceState(namespace: namespace, connection: connection))
      .disputes(standing: chosen)
    var table = Table("RIDE", "STATUS", "AMOUNT", "REASON", "DISPUTE", "CHARGE")
    for contested in disputes {
      let dispute = contested.dispute
      table.add(
        contested.ride, dispute.status.rawValue, "\(dispute.money)", dispute.reason, dispute.id, dispute.charge)
    }
    output.write(disputes, table, empty: "nothing is contested")
  }
}
