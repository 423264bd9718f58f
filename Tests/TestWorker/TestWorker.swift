import EventStreams
import Foundation
import HiredisClient
import Logging
import ServiceLifecycle
import UnixSignals

/// A worker in a process of its own, on the namespace `test`, where `REDIS_URL` says.
///
/// - `TestWorker WINDOW`: the service `counting`, whose handler ends the process for one key; what passes from place to place it publishes there.
/// - `TestWorker older SERVICE`, `TestWorker newer SERVICE`: a service before and after a deploy.
@main struct TestWorker {
  static func main() async throws {
    ignoreBrokenPipeSignal()
    let url = try RedisURL(ProcessInfo.processInfo.environment["REDIS_URL"] ?? "")
    let arguments = CommandLine.arguments.dropFirst()
    var settings = WorkerSettings()
    settings.leaseTime = .milliseconds(300)
    let service: EventService
    if let version = arguments.first.flatMap(Rolled.init), let name = arguments.last {
      service = version.service(name)
      settings.leaseTime = .seconds(1)
    } else {
      service = counting
      settings.window = arguments.first.flatMap { Int($0) } ?? settings.window
      settings.batchSize = min(settings.batchSize, settings.window)
    }
    let namespace = try await Namespace.open("test", on: Connection(url))
    let worker = Worker(service, namespace: namespace, redis: url, settings: settings, log: Logger(label: "TestWorker"))
    try await ServiceGroup(
      services: [worker], gracefulShutdownSignals: [.sigterm], logger: Logger(label: "TestWorker")
    ).run()
  }

  private static var counting: EventService {
    var service = EventService("counting")
    service.on(Noted.self) { event in
      if event.data.key == "poison" { abort() }
      return Effects { $0.increment("counts", event.data.key, by: 1) }
    }
    service.on(Passed.self) { event in
      Effects {
        $0.increment("passed", event.data.from, by: 1)
        $0.publish(Arrived(event.data))
      }
    }
    return service
  }
}
