import ArgumentParser
import EventStreams
import RideHailing

struct InstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Make the namespace and load the functions, so that services need no right to do so.",
    discussion: """
      Once for a new Redis, and again with each new version of this program, by a user who may: see `rides acl install`. \
      After it, workers and producers open the namespace by reading only. Running it again changes nothing.

        rides install --shards 8
      """)

  @Option(help: "The number of shards of a new namespace. (default: 8)")
  var shards: Int?

  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    try Limit.check(shards: shards)
  }

  func run() async throws {
    let (namespace, _) = try await redis.open(shards: shards)
    Terminal.print("namespace '\(namespace.name)' with \(namespace.shardCount) shards is installed")
  }
}
