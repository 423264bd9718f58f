import EventStreams
import Foundation
import Logging
import Redis
import RideHailing
import ServiceLifecycle
import UnixSignals

/// Runs workers in this process until a signal asks it to stop; a second one ends the process.
struct ServiceRunner {
  let redis: TopicOptions
  let options: WorkerOptions

  func run(_ names: [String], name: String? = nil) async throws {
    let (topic, connection) = try await redis.open(shards: options.shards)
    await connection.close()
    let log = options.logLevel.logger
    let url = try redis.redisURL()
    let workers = try names.compactMap { service in
      var settings = options.settings(name: name)
      settings.history = try options.history(for: service)
      return try RideServices.service(service, options.services).map {
        Worker($0, topic: topic, redis: url, settings: settings, log: log)
      }
    }
    log.notice("started", metadata: ["services": "\(names.joined(separator: " "))", "redis": "\(url)"])
    var quiet = log
    quiet.logLevel = max(.error, log.logLevel)
    var configuration = ServiceGroupConfiguration(services: workers, logger: quiet)
    // The worker keeps to its own drain time; this is for one that can't.
    configuration.maximumGracefulShutdownDuration = options.drainTimeout.duration + .seconds(5)
    let group = ServiceGroup(configuration: configuration)
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        do {
          try await group.run()
        } catch let gap as HistoryGap {
          throw Failure.refused(
            "\(gap); name the archive that holds them with --archive, or begin without them: --from now, or no --from for what the log holds"
          )
        }
      }
      tasks.addTask {
        var isStopping = false
        for await signal in signals {
          // What has been begun stays pending, and the next owner finishes it.
          if isStopping { _exit(128 + (signal == .sigint ? SIGINT : SIGTERM)) }
          isStopping = true
          await group.triggerGracefulShutdown()
        }
      }
      defer { tasks.cancelAll() }
      try await tasks.next()
    }
  }
}
