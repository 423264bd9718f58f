import ArgumentParser
import EventStreams
import Foundation
import Redis
import RideHailing

struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run all six services in this process, and a Redis if none is given.",
    discussion: """
      Without --redis and REDIS_URL, a redis-server with an append-only file is started in .rides/redis, listening on the socket \
      .rides/redis/redis.sock only, and stopped with the services. Ctrl-C drains; a second one ends everything at once.

        rides up
        REDIS_URL=redis://redis.internal:6379 rides up
      """)

  @OptionGroup var worker: WorkerOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    var redis = redis
    guard redis.url == nil, ProcessInfo.processInfo.environment["REDIS_URL", default: ""].isEmpty else {
      return try await ServiceRunner(redis: redis, options: worker, creates: true).run(RideServices.names)
    }
    let local = LocalRedis(".rides/redis", isChild: true)
    let server = try await local.start()
    redis.url = local.folder.url.description
    Terminal.error("using Redis at \(local.folder.url)")
    do {
      try await ServiceRunner(redis: redis, options: worker, creates: true).run(RideServices.names, with: server)
    } catch {
      await server?.stop()
      throw error
    }
    await server?.stop()
  }
}
