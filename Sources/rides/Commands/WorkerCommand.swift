import ArgumentParser
import EventStreams
import Logging
import Redis
import RideHailing
import ServiceLifecycle
import UnixSignals

struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Run one service until it is told to stop.",
    discussion: """
      Run as many workers of a service as you like, on as many machines: they share the shards among them, and take over from \
      one that dies within the lease time. SIGTERM or Ctrl-C lets a worker finish what it has begun.

        rides worker payment
        rides worker analytics --archive /var/lib/rides/archive.sqlite
        rides worker surge --from 2026-04-03T00:00:00Z
      """)

  @Argument(help: ArgumentHelp("One of \(RideServices.names.joined(separator: ", ")).", valueName: "service"))
  var service: String

  @OptionGroup var worker: WorkerOptions
  @OptionGroup var files: ServiceFiles
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard RideServices.names.contains(service) else {
      throw ValidationError("there is no service '\(service)': it is one of \(RideServices.names.joined(separator: ", "))")
    }
  }

  func run() async throws {
    let log = common.logger(standard: .notice)
    let connection = try await common.connect("worker")
    let topic = try await common.openTopic(on: connection)
    await connection.close()
    guard let service = try RideServices.service(service, files.configuration()) else { return }
    let worker = Worker(service, topic: topic, redis: try common.redisURL(), settings: try worker.settings(), log: log)
    var started = log
    started[metadataKey: "service"] = "\(service.name)"
    started.notice("started", metadata: ["redis": "\(connection.url)", "topic": "\(topic.name)"])
    let group = ServiceGroup(services: [worker], gracefulShutdownSignals: [.sigint, .sigterm], logger: log)
    try await group.run()
  }
}
