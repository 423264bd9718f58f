import ArgumentParser
import HiredisClient

/// What the scripts start and stop their own servers with, so that the rules for that stand in one place.
struct LocalRedisCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local-redis", abstract: "A redis-server of our own in a folder, which goes on by itself.",
    shouldDisplay: false, subcommands: [StartCommand.self, StopCommand.self, SocketCommand.self])

  struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "start", abstract: "Start the server unless it runs, wait until it serves, and print its URL.",
      discussion: """
        What it was killed in the middle of writing is cut off, and a copy kept; if its files are damaged in any other way, nothing is \
        changed or started. Nor is anything if another process has the folder.
        """)

    @Argument(help: "The folder.") var folder: String
    @Argument(parsing: .postTerminator, help: "Settings of the server: -- --appendfsync always.")
    var settings: [String] = []

    func run() async throws {
      let redis = LocalRedis(folder, isChild: false)
      _ = try await redis.start(settings)
      Terminal.print(redis.folder.url.description)
    }
  }

  struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "stop", abstract: "Stop the server and wait for its end; exit status 1 if there is none.")

    @Argument(help: "The folder.") var folder: String

    func run() async throws {
      guard try await LocalRedis(folder, isChild: false).stop() else { throw ExitCode(1) }
    }
  }

  struct SocketCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "socket", abstract: "Print the path of the server's Unix socket.")

    @Argument(help: "The folder.") var folder: String

    func run() { Terminal.print(ServerFolder(folder).socket) }
  }
}
