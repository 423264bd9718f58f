import EventStreams
import HiredisClient
import Logging
import ServiceLifecycle

/// Ends the process, in an orderly way, when the namespace has been split into another number of shards: what was made for the old one is of no use
/// any more.
struct NamespaceWatch: Service {
  /// The namespace's name, as it was given.
  let name: String
  let redis: RedisURL
  /// What the process works with; nil for what is found first.
  var namespace: Namespace?
  let log: Logger

  private static let interval = Duration.seconds(1)

  func run() async throws {
    let connection = Connection(redis)
    var known = namespace
    while (try? await cancelWhenGracefulShutdown({ try await Task.sleep(for: Self.interval) })) != nil,
      !Task.isShuttingDownGracefully
    {
      // A server that can't be reached is reported by those that need it.
      guard let found = try? await Namespace.find(name, on: connection) else { continue }
      guard let before = known else {
        known = found
        continue
      }
      guard found != before else { continue }
      throw Failure(
        message:
          "namespace '\(name)' has \(found.shardCount) shards now and is called '\(found.name)': start this again, analytics with the archive that was made for it",
        status: 75)
    }
    await connection.close()
  }
}
