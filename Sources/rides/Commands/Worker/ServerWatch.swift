import EventStreams
import EventStreamsOperations
import HiredisClient
import Logging
import ServiceLifecycle

/// Says what of the server may lose events: once at the start, and when keys are evicted while services work.
struct ServerWatch: Service {
  let connection: Connection
  let log: Logger

  private static let interval = Duration.seconds(10)

  /// One warning with what may be lost; nothing if nothing may, or if the server doesn't tell.
  func report() async {
    guard let summary = try? await ServerHealth.look(on: connection).summary else { return }
    log.warning("\(summary)")
  }

  func run() async throws {
    var evicted = try? await ServerHealth.look(on: connection).evictedKeys
    while (try? await cancelWhenGracefulShutdown({ try await Task.sleep(for: Self.interval) })) != nil,
      !Task.isShuttingDownGracefully
    {
      // A server that can't be reached is reported by those that need it.
      guard let now = try? await ServerHealth.look(on: connection).evictedKeys else { continue }
      if let before = evicted, now > before {
        log.critical(
          "the server has evicted keys because memory is full: events or state are lost; rides audit finds what, rides restore brings it back",
          metadata: ["keys": "\(now - before)"])
      }
      evicted = now
    }
    await connection.close()
  }
}
