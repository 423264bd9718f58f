import ArgumentParser
import EventArchive
import EventStreams
import Foundation
import HiredisClient
import RideHailing

/// The command `rides`.
struct Rides: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "rides",
      abstract: "A ride-hailing back end on Redis Streams: announce what happened, let others react.",
      discussion: """
        Services react to each completed ride, each on its own: \(ChosenServices.names). `rides services` says what each does. \
        Start them with `rides up`, or one by one with `rides worker SERVICE`; publish with `rides publish`; look with a browser (`rides serve`, \
        which `rides up` does as well), or with \
        `rides status`, `rides pending` and `rides trace RIDE`.

        Where Redis is: --redis, or the environment's REDIS_URL, or redis://127.0.0.1:6379.

        Exit status: 0 done, 1 something was refused or does not hold, 64 wrong use, 69 Redis can't be reached, 74 output could \
        not be written, 75 out of time, or the namespace has other shards now, 141 nobody reads the output any more.
        """,
      version: Version.current,
      subcommands: [
        ServicesCommand.self, EventsCommand.self, UpCommand.self, WorkerCommand.self, ServeCommand.self,
        TokenCommand.self,
        MetricsCommand.self, PublishCommand.self, ImportCommand.self,
        PendingCommand.self, StatusCommand.self,
        WaitCommand.self, TraceCommand.self,
        ScheduledCommand.self, DeadCommand.self, PauseCommand.self, ResumeCommand.self, TrimCommand.self,
        GroupsCommand.self, NodesCommand.self,
        AccountCommand.self, ArrearsCommand.self, PayoutCommand.self, StatementCommand.self, TrialBalanceCommand.self,
        AdjustCommand.self, RefundCommand.self, RateCommand.self, TipCommand.self, DisputesCommand.self,
        SurgeCommand.self,
        ReceiptsCommand.self, AuditCommand.self, ArchiveCommand.self, ReplayCommand.self,
        RebuildCommand.self, RestoreCommand.self, ReshardCommand.self, ReconcileCommand.self, InstallCommand.self,
        ACLCommand.self,
        AnalyticsCommand.self, BenchCommand.self, LocalRedisCommand.self,
      ])
  }

  static func main() async {
    tuneAllocator()
    ignoreBrokenPipeSignal()
    hideLogins()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Has the system's list of processes show `***` in place of logins in URLs that were given as arguments.
  private static func hideLogins() {
    // Read before it is covered.
    for (index, argument) in CommandLine.arguments.enumerated() {
      guard let shown = CommandLine.unsafeArgv[index] else { return }
      for login in RedisURL.logins(in: argument) { memset(shown + login.lowerBound, 0x2a, login.count) }
    }
  }

  /// Ends the process: shows help where it was asked for, else says on one line what went wrong.
  private static func end(with error: any Error) -> Never {
    switch error {
    case let failure as Failure: end(failure)
    case let error as RedisError: end(Failure(error))
    case let problem as ArchiveProblem where problem.isOfServer: end(Failure(problem))
    case is ExitCode: exit(withError: error)
    default:
      let status = exitCode(for: error)
      if status == .success {
        // Help, or the version.
        Terminal.print(drawn: fullMessage(for: error))
        Foundation.exit(EXIT_SUCCESS)
      }
      if status == .validationFailure { end(.usage("\(message(for: error))\(negativeHint); see --help")) }
      end(.refused(String(describing: error)))
    }
  }

  /// How a negative number is written, if one was taken for an option.
  private static var negativeHint: String {
    let isNegative = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
      .contains { $0.first == "-" && Double($0) != nil }
    return isNegative ? " (a negative number is written as --option=-5, or after -- if it is no option's)" : ""
  }

  private static func end(_ failure: Failure) -> Never {
    // What was typed in the wrong place may have been a URL.
    Terminal.error(RedisURL.withoutLogins(failure.message))
    Foundation.exit(failure.status)
  }
}
