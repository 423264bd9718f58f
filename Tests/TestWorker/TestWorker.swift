import EventStreams
import Foundation
import Logging
import Redis

/// A worker in a process of its own, whose handler ends the process for one key: `TestWorker WINDOW` runs the service `counting`
/// on the namespace `test`, where `REDIS_URL` says.
@main struct TestWorker {
  static func main() async throws {
    ignoreBrokenPipeSignal()
    let url = try RedisURL(ProcessInfo.processInfo.environment["REDIS_URL"] ?? "")
    var settings = WorkerSettings()
    settings.leaseTime = .milliseconds(300)
    settings.window = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? settings.window
    settings.batchSize = min(settings.batchSize, settings.window)
    var service = EventService("counting")
    service.on(Noted.self) { event in
      if event.data.key == "poison" { abort() }
      return Effects { $0.increment("counts", event.data.key, by: 1) }
    }
    let namespace = try await Namespace.open("test", on: Connection(url))
    try await Worker(service, namespace: namespace, redis: url, settings: settings, log: Logger(label: "TestWorker"))
      .run()
  }
}
