import ArgumentParser
import EventStreams
import Foundation
import HiredisClient
import RideHailing
import ServiceLifecycle

struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Run all services in this process, with the pages and the HTTP API, and a Redis if none is given.",
    discussion: """
      Without --redis and REDIS_URL, a redis-server with an append-only file is started in .rides/redis, listening on the socket \
      .rides/redis/redis.sock only, and stopped with the services. Ctrl-C drains; a second one ends everything at once. The pages \
      are at http://127.0.0.1:8080/, or at a port that is free if that one is taken: it says which.

        rides up
        REDIS_URL=redis://redis.internal:6379 rides up
      """)

  @Option(
    help:
      "Where to serve the pages and the HTTP API, as `serve` does. (default: 127.0.0.1:8080, or a port that is free)")
  var listen: ListenArgument?

  @OptionGroup var serving: ServeOptions
  @OptionGroup var worker: WorkerOptions
  @OptionGroup var redis: NamespaceOptions
  @OptionGroup var readiness: ReadyOptions

  func run() async throws {
    var redis = redis
    guard redis.url == nil, ProcessInfo.processInfo.environment["REDIS_URL", default: ""].isEmpty else {
      return try await run(on: redis)
    }
    let local = LocalRedis(".rides/redis", isChild: true)
    let server = try await local.start()
    redis.url = local.folder.url.description
    Terminal.error("using Redis at \(local.folder.url)")
    do {
      try await run(on: redis, with: server)
    } catch {
      await server?.stop()
      throw error
    }
    await server?.stop()
  }

  private func run(on redis: NamespaceOptions, with server: (any Service)? = nil) async throws {
    let (serving, archive, log) = (serving, worker.archive, worker.logLevel.logger)
    let names = ChosenServices.list.names
    let gateway = try worker.gateway.account.settings()
    let ready = try readiness.file(services: names, serves: true, log: log)
    let spans = try SpanReporting.begin(as: "rides", log: log)
    let pages: any Service
    if let listen {
      pages = try serving.service(at: listen.address, redis, archive: archive, gateway: gateway, log, ready: ready)
    } else {
      pages = ServingSomewhere(host: ServeCommand.usualHost, port: ServeCommand.usualPort) { address in
        try serving.service(at: address, redis, archive: archive, gateway: gateway, log, ready: ready)
      }
    }
    try await ServiceRunner(redis: redis, options: worker, creates: true).run(
      names, with: server, beside: [pages], spans: spans, ready: ready)
  }
}
