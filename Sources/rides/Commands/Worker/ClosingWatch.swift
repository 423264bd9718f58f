import EventStreams
import HiredisClient
import Logging
import RideHailing
import ServiceLifecycle

/// Has what was kept for long enough leave the services' state, every now and then.
struct ClosingWatch: Service {
  let namespace: Namespace
  let redis: RedisURL
  let keeping: Keeping
  let log: Logger

  private static let interval = Duration.seconds(60)
  /// While there is more that is past its time: whoever begins to keep less has many days to close.
  private static let pause = Duration.seconds(1)

  func run() async throws {
    let connection = Connection(redis)
    let closing = DayClosing(
      namespace: namespace, connection: connection, keeping: keeping, services: ChosenServices.list)
    var held: Set<DayClosing.Result> = []
    while !Task.isShuttingDownGracefully {
      var results: [DayClosing.Result] = []
      do {
        results = try await closing.run()
        report(results, held)
        held = Set(results.filter { $0.heldBy != nil })
      } catch is RedisError {
        // A server that can't be reached is reported by those that need it.
      } catch {
        log.warning("cannot close a day; will try again", metadata: ["error": "\(error)"])
      }
      let pause = results.contains { $0.heldBy == nil } ? Self.pause : Self.interval
      guard (try? await cancelWhenGracefulShutdown({ try await Task.sleep(for: pause) })) != nil else { break }
    }
    await connection.close()
  }

  /// What can't leave is said once.
  private func report(_ results: [DayClosing.Result], _ known: Set<DayClosing.Result>) {
    for result in results where !known.contains(result) {
      let metadata: Logger.Metadata = [
        "shard": "\(result.shard)", "records": "\(result.records.rawValue)", "before": "\(result.before)",
      ]
      if let holder = result.heldBy {
        log.notice("a day that is past its time stays", metadata: metadata.merging(["by": "\(holder)"]) { $1 })
      } else {
        log.debug("has a day leave the state", metadata: metadata)
      }
    }
  }
}
