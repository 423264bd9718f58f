import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct ReceiptsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipts", abstract: "List receipts, newest first.",
    discussion: """
      A receipt is sent when it is known what became of the payment, and again, as the next version, when that changes: it says \
      what was paid, how, and what is still owed. The mails themselves are in the Maildir of the notification worker, \
      .rides/outbox unless told otherwise, or went out over the mail server that --smtp names. A ride that is no longer kept in Redis is looked for in the archive if it is named.

        rides receipts --limit 5
      """
  )

  @Argument(help: "Only this ride's.")
  var ride: String?

  @Option(help: "At most so many.")
  var limit = 50

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func validate() throws { try Limit.check(limit) }

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let state = RideState(ServiceState(namespace: namespace, connection: connection))
    let receipts: [Receipt] =
      if let ride { try await receipt(ride, state).map { [$0] } ?? [] } else {
        Array(try await state.receipts().prefix(limit))
      }
    var table = Table("RIDE", "COMPLETED", "AMOUNT", "PAID", "OWED", "VERSION", "SENT TO")
    for receipt in receipts {
      let said = receipt.said
      func decimal(_ minorUnits: Int?) -> String {
        minorUnits.map { Money($0, receipt.fare.currency).decimal } ?? "-"
      }
      table.add(
        receipt.rideID, "\(receipt.at)", "\(receipt.amount)", decimal(said.map { $0.card + $0.wallet + $0.cash }),
        decimal(said?.owed),
        "\(receipt.version)", receipt.summary.recipient)
    }
    output.write(receipts.map(\.summary), table, empty: "there are no receipts")
  }

  /// Also one that has left the state.
  private func receipt(_ ride: String, _ state: RideState) async throws -> Receipt? {
    if let kept = try await state.receipt(ride) { return kept }
    guard let archive = try archive.openIfPresent() else { return nil }
    return try await state.receipt(ride, in: archive)
  }
}
