import ArgumentParser
import Redis

@main struct Rides: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rides",
    abstract: "A ride-hailing back end whose services share nothing but an event log in Redis.",
    discussion: """
      A trip service announces RIDE_COMPLETED once; payment, driver, rating, analytics, surge and notification each react on \
      their own. Begin with `rides up` in one terminal and this in another:

        rides publish --simulate 1000
        rides wait && rides status
        rides trace sim-1-0

      Exit status: 0 done; 1 some of the input was rejected, or it failed; 64 wrong use; 69 Redis can't be reached; \
      75 not done in time.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(name: "Running", subcommands: [WorkerCommand.self]),
      CommandGroup(name: "Events", subcommands: [PublishCommand.self]),
      CommandGroup(name: "Looking", subcommands: [StatusCommand.self, PendingCommand.self, WaitCommand.self]),
    ])

  static func main() async {
    ignoreBrokenPipeSignal()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Failure.exit(with: error)
    }
  }
}
