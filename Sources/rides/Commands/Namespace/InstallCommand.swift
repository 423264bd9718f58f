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

  @OptionGroup var new: NewNamespaceOptions

  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, _) = try await redis.open(new)
    let (shards, time) = (namespace.shardCount, namespace.deduplicationTime.short)
    Terminal.print("namespace '\(namespace.name)' with \(shards) shards is installed; it remembers ids for \(time)")
  }
}
