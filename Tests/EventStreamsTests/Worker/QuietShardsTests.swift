import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("Shards that the server tells of") struct QuietShardsTests {
  private static let namespace = Namespace("test", shardCount: 4)

  private func shard(_ number: Int, epoch: Int = 1) -> OwnedShard {
    OwnedShard(
      number: number, epoch: epoch, topics: ["a", "b"], subscription: Subscription("s", topics: ["a", "b"]),
      reader: NoState())
  }

  /// Takes in a read of a shard that gave so many entries of each topic, after it was asked to be told of if that is to be.
  private func read(
    _ shard: OwnedShard, _ counts: [Int], of most: Int = 10, isWatched: Bool = true, _ quiet: inout QuietShards,
    over connection: Connection
  ) async throws -> Bool {
    var commands = Commands()
    let watched = quiet.watch([shard], of: Self.namespace, in: &commands)
    let entries = counts.map { "'s', {\(Array(repeating: "{'1-1', {}}", count: $0).joined(separator: ","))}" }
    let reply = try await connection.call(
      "EVAL", "return {\(entries.map { "{\($0)}" }.joined(separator: ","))}", "0")
    quiet.take(reply.root, of: shard, count: most, isWatched: isWatched && !watched.isEmpty)
    return !watched.isEmpty
  }

  @Test(
    "are read again once they are told of, when they have another owner in between, and every few seconds in any case")
  func quiet() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      var quiet = QuietShards()
      let (now, all) = (ContinuousClock.now, [shard(0), shard(1)])
      func unread(_ shards: [OwnedShard], after seconds: Int = 1) -> [Int] {
        quiet.unread(of: shards, at: now + .seconds(seconds)).map(\.number)
      }
      #expect(unread(all) == [0, 1])
      for shard in all { _ = try await read(shard, [3, 1], &quiet, over: connection) }
      #expect(unread(all) == [])
      quiet.take(.some([Self.namespace.log(1, "b"), "another"]))
      #expect(unread(all) == [1])
      quiet.take(.some([Self.namespace.log(0, "a")]))
      #expect(unread(all) == [0, 1])
      for shard in all { _ = try await read(shard, [], &quiet, over: connection) }
      #expect(unread([shard(0), shard(1, epoch: 2)]) == [1])
      #expect(unread(all, after: 5) == [])
      #expect(unread(all, after: 8) == [0, 1])
      for shard in all { _ = try await read(shard, [], &quiet, over: connection) }
      #expect(unread(all, after: 9) == [])
      quiet.take(.all)
      #expect(unread(all, after: 9) == [0, 1])
    }
  }

  @Test(
    "are not those of which there may be more, nor those that nobody tells of; nobody is asked to tell of one that gives much"
  )
  func unquiet() async throws {
    try await withRedis { server in
      let connection = Connection(server.url)
      var quiet = QuietShards()
      // Whether its node was asked to tell of it, and whether it is to be read again.
      func isRead(_ counts: [Int], of most: Int, isWatched: Bool = true) async throws -> [Bool] {
        let asked = try await read(shard(0), counts, of: most, isWatched: isWatched, &quiet, over: connection)
        return [asked, !quiet.unread(of: [shard(0)], at: .now).isEmpty]
      }
      var found: [[Bool]] = []
      found.append(try await isRead([1, 3], of: 3))
      found.append(try await isRead([1, 2], of: 3))
      found.append(try await isRead([1, 2], of: 3, isWatched: false))
      found.append(try await isRead([20, 1], of: 50))
      found.append(try await isRead([20, 1], of: 50))
      found.append(try await isRead([2, 1], of: 50))
      found.append(try await isRead([], of: 50))
      #expect(
        found == [
          [true, true], [true, false], [true, true], [true, false], [false, true], [false, true], [true, false],
        ])
    }
  }
}
