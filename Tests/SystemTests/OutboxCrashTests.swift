import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("Events to other shards", .serialized) struct OutboxCrashTests {
  private static let places = 24

  /// Publishes what passes from each place to the one five further on, with these numbers.
  private func publish(_ numbers: Range<Int>, _ namespace: Namespace, _ connection: Connection) async throws {
    var lines: [Int: [String]] = [:]
    for number in numbers {
      for place in 0..<Self.places {
        let (from, to) = ("p\(place)", "p\((place + 5) % Self.places)")
        lines[namespace.shard(of: from), default: []].append(
          #"{"id":"PASSED:\#(from):\#(number)","type":"PASSED","timestamp":"2026-04-03T10:30:00Z","key":"\#(from)","data":{"from":"\#(from)","to":"\#(to)","number":\#(number)}}"#
        )
      }
    }
    var commands = Commands()
    for (shard, lines) in lines {
      for line in lines { commands.append("XADD", namespace.log(shard), "*", "event", line) }
    }
    _ = try await connection.send(commands)
  }

  /// What has arrived: the place that it comes from, and the numbers in the order of the log.
  private func arrived(_ namespace: Namespace, _ connection: Connection) async throws -> [String: [Int]] {
    let inspector = Inspector(namespace: namespace, connection: connection)
    var numbers: [String: [Int]] = [:]
    for shard in namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 1_000_000)
      where entry.topic == "arrivals" {
        let parts = try EventHeader(ofEvent: entry.json.span, fallbackID: "").id.split(separator: ":")
        #expect(namespace.shard(of: "p\(((Int(parts[1].dropFirst()) ?? 0) + 5) % Self.places)") == shard)
        numbers[String(parts[1]), default: []].append(Int(parts[2]) ?? -1)
      }
    }
    return numbers
  }

  @Test("come once and in order per key, though workers and the server are killed again and again")
  func killed() async throws {
    try await withRedis(arguments: ["--appendonly", "yes", "--appendfsync", "always"]) { server in
      let connection = Connection(server.url)
      let namespace = try await Namespace.open("test", shardCount: 8, on: connection)
      func worker() throws -> RidesProcess {
        try RidesProcess(["500"], redis: server.url.description, isQuiet: true, program: "TestWorker")
      }
      var workers = [try worker(), try worker()]
      defer { workers.forEach { $0.crash() } }
      let (rounds, each) = (8, 40)
      for round in 0..<rounds {
        try await publish(round * each..<(round + 1) * each, namespace, connection)
        let wanted = round * each * Self.places
        try await eventually("it is in the middle") {
          try await arrived(namespace, connection).values.reduce(0) { $0 + $1.count } > wanted
        }
        if round.isMultiple(of: 3) {
          await server.kill()
          try await server.restart()
        }
        workers[round % 2].crash()
        workers[round % 2] = try worker()
      }
      try await eventually("all is handled") {
        try await Inspector(namespace: namespace, connection: connection).remaining(["counting"]).isEmpty
      }
      let numbers = try await arrived(namespace, connection)
      #expect(numbers.count == Self.places)
      for (from, numbers) in numbers { #expect(numbers == Array(0..<rounds * each), "from \(from)") }
    }
  }
}
