import ArgumentParser
import EventStreams
import RideHailing

struct PayoutReturnedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "returned",
    abstract: "Put back on a driver's account what the bank has returned: publishes PAYOUT_RETURNED.",
    discussion: """
      It is put back once, however often it is said. Exit status: 0 put back, 1 refused, 75 not handled in time, and it will be \
      when the driver service runs.

        rides payout returned P2026W13-DEF… --reason "AC04: account closed"
      """)

  @Argument(help: "The payout, as the bank names it (EndToEndId).")
  var payout: String

  @Option(help: "Why, as the bank says it.")
  var reason: String

  @Option(help: "How long to wait until it is put back.")
  var wait = DurationArgument(.seconds(5))

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    try InputCheck.check(reason: reason)
    let (namespace, connection) = try await redis.openExisting()
    let payouts = Payouts(namespace: namespace, connection: connection)
    guard var record = try await payouts.payout(payout) else {
      throw Failure.refused("there is no payout '\(payout)'; see: rides payout list")
    }
    guard record.refusal == nil else {
      throw Failure.refused("payout '\(payout)' was not paid: \(record.refusal ?? "")")
    }
    if record.returned == nil {
      let returned = PayoutReturned(
        payout, run: record.run, driverID: record.driverID, city: record.city, amount: record.money, reason: reason)
      try InputCheck.check(returned)
      _ = try await Publisher(namespace: namespace, connection: connection).publish(returned)
      let deadline = ContinuousClock.now + wait.duration
      while record.returned == nil {
        guard ContinuousClock.now < deadline else {
          throw Failure.timeout("the return is published, but was not handled within \(wait.duration.short)")
        }
        try await Task.sleep(for: .milliseconds(20))
        record = try await payouts.payout(payout) ?? record
      }
    }
    output.write(
      [ListedPayout(name: payout, record: record)],
      "\(record.money) is back on the account of driver \(record.driverID)")
  }
}
