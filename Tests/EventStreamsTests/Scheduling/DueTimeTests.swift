import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("An event that is due") struct DueTimeTests {
  @Test("is in the log and handled within a second of its time, not before, though its shard has no owner in time")
  func onTime() async throws {
    try await TestBench.run(shards: 4) { bench in
      // Somebody who has died has the half of the shards for a minute.
      let now = try await bench.connection.strings(["TIME"])
      for shard in [0, 1] {
        _ = try await bench.connection.call(
          "HSET", bench.namespace.lease(shard, "counting"), "owner", "dead", "epoch", "1", "until",
          "\((Int(now[0]) ?? 0) * 1000 + 60_000)", "commit", "0")
        _ = try await bench.connection.call("XGROUP", "CREATE", bench.namespace.log(shard), "counting", "0", "MKSTREAM")
      }
      try await bench.running([bench.worker(WorkerTests.counting())]) {
        var due: [String: Timestamp] = [:]
        for number in 0..<40 {
          let event = Noted("k\(number)", number, place: "place \(number)")
          let time = Timestamp.now().inServerTime + .milliseconds(300 + 50 * number)
          due[event.eventID] = time
          let published = try await bench.publisher.publish(event, due: time)
          #expect(!published.isDuplicate && published.due == time)
        }
        var logged: [(id: String, place: EntryID)] = []
        try await eventually("all are in the log") {
          logged = []
          for shard in bench.namespace.shards { logged += try await bench.logged(shard) }
          return logged.count == 40
        }
        let late = try logged.map { try $0.place.recordedAt - #require(due[$0.id]) }.sorted()
        #expect(late[0] >= .milliseconds(-1))
        // On a machine that is busy with other tests one may be later.
        #expect(late[36] < .seconds(1), "\(late)")
        let others = try await bench.logged(2).count + bench.logged(3).count
        try await eventually("those of living owners are handled") {
          try await bench.state("counting", "counts").count == others
        }
      }
    }
  }
}
