import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A master that dies in the middle, and comes back at once") struct FailoverTests {
  @Test(
    "takes nothing with it that was confirmed, and has nothing happen twice; services go on with the next, or with it",
    arguments: [true, false])
  func publishing(isPromotedBefore: Bool) async throws {
    // Without the file the old one would come back empty, and its replica with it.
    try await WatchedServers.with(arguments: ["--appendonly", "yes"]) { servers in
      let url = servers.url.description
      let rides = 6000
      let made = try await RidesProcess.run("publish", "--simulate", "0", redis: url)
      #expect(made.status == 0, "\(made.errors)")
      let worker = try RidesProcess(["worker", "driver"], redis: url, isQuiet: true)
      defer { worker.stop() }
      async let published = RidesProcess.run(
        "publish", "--simulate", "\(rides)", "--rate", "2000", "--acks", "1", "--retry-for", "90s", redis: url)
      let onFirst = Connection(servers.first.url)
      let namespace = try #require(try await Namespace.find("rides", on: onFirst))
      let before = Inspector(namespace: namespace, connection: onFirst)
      try await eventually("it is in the middle") { try await before.length() > rides / 2 }
      await servers.first.kill()
      if isPromotedBefore { try await servers.promotion() }
      try await servers.first.restart()

      let result = try await published
      #expect(result.status == 0, "\(result.errors)")
      // Whichever is the master now.
      let inspector = Inspector(namespace: namespace, connection: Connection(servers.url))
      try await eventually("the driver service has handled all") { try await inspector.remaining(["driver"]).isEmpty }
      var ids: Set<Identifier> = []
      var count = 0
      for shard in namespace.shards {
        for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000)
        where String(decoding: entry.json.prefix(60), as: UTF8.self).contains("RIDE_COMPLETED") {
          count += 1
          ids.insert(Identifier(String(decoding: entry.json.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)))
        }
      }
      #expect(count == rides, "lost or twice")
      #expect(ids.count == rides, "twice")
    }
  }
}
