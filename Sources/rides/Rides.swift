import ArgumentParser
import EventStreams
import Foundation
import Redis

/// The command `rides`.
@main struct Rides: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rides",
    abstract: "A ride-hailing back end on Redis Streams: announce what happened, let others react.",
    discussion: """
      Six services react to each completed ride, each on its own: payment, driver, rating, analytics, surge, notification.
      Start them with `rides up`, or one by one with `rides worker SERVICE`; publish with `rides publish`; look with
      `rides status`, `rides pending` and `rides trace RIDE`.

      Where Redis is: --redis, or the environment's REDIS_URL, or redis://127.0.0.1:6379.
      Exit status: 0 done, 1 something was refused or does not hold, 64 wrong use, 69 Redis can't be reached, 75 out of time.
      """,
    version: "0.1.0",
    subcommands: [
      Up.self, WorkerCommand.self, Publish.self, Import.self, Pending.self, Status.self, Wait.self, Trace.self,
      Dead.self,
      AccountCommand.self, Rate.self, Surge.self, Receipts.self,
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
    } catch let failure as Failure {
      Terminal.error(failure.message)
      Foundation.exit(failure.status)
    } catch let error as RedisError {
      let failure = Failure(error)
      Terminal.error(failure.message)
      Foundation.exit(failure.status)
    } catch let error where Self.exitCode(for: error) == .success || error is ExitCode || Self.isUsage(error) {
      exit(withError: error)
    } catch {
      Terminal.error(String(describing: error))
      Foundation.exit(1)
    }
  }

  /// True for the errors of parsing the arguments, which say what is wrong and how it is right.
  private static func isUsage(_ error: any Error) -> Bool {
    exitCode(for: error) == .validationFailure
  }
}
