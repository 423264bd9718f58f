import ArgumentParser
import EventStreams
import Foundation
import Redis
import RideHailing

struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run all six services in this process, and a Redis if none is given.",
    discussion: """
      Without --redis and REDIS_URL, a redis-server with an append-only file is started in .rides/redis, listening on the socket
      .rides/redis/redis.sock only, and stopped with the services. Ctrl-C drains.

        rides up
        REDIS_URL=redis://redis.internal:6379 rides up
      """)

  @OptionGroup var worker: WorkerOptions
  @OptionGroup var redis: TopicOptions

  func run() async throws {
    var redis = redis
    var server: LocalRedis?
    if redis.url == nil, ProcessInfo.processInfo.environment["REDIS_URL", default: ""].isEmpty {
      let local = LocalRedis(folder: ".rides/redis")
      if try await local.startUnlessRunning() { server = local }
      redis.url = local.url
      Terminal.error("using Redis at \(local.url)")
    }
    do {
      try await ServiceRunner(redis: redis, options: worker).run(RideServices.names)
    } catch {
      server?.stop()
      throw error
    }
    server?.stop()
  }
}
