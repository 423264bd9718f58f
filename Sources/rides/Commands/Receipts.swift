import ArgumentParser
import EventStreams
import RideHailing

struct Receipts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List receipts, newest first.",
    discussion:
      "The mails themselves are in the Maildir of the notification worker, .rides/outbox unless told otherwise.\n\n  rides receipts --limit 5"
  )

  @Argument(help: "Only this ride's.")
  var ride: String?

  @Option(help: "At most so many.")
  var limit = 50

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: TopicOptions

  func validate() throws { try Limit.check(limit) }

  func run() async throws {
    let (topic, connection) = try await redis.find()
    let state = RideState(ServiceState(topic: topic, connection: connection))
    let receipts: [Receipt] =
      if let ride { try await state.receipt(ride).map { [$0] } ?? [] } else {
        Array(try await state.receipts().prefix(limit))
      }
    var table = Table("RIDE", "COMPLETED", "AMOUNT", "SENT TO")
    for receipt in receipts {
      table.add(receipt.rideID, "\(receipt.at)", "\(receipt.amount)", receipt.email ?? "nobody: no address")
    }
    output.write(receipts, table, empty: "there are no receipts")
  }
}
