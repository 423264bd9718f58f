import EventStreams
import Foundation
import HTTPTypes
import Redis
import RedisTestSupport
import RideHailing
import Testing

@Suite("What goes on over HTTP") struct LiveTests {
  @Test("a stream tells how the services are, begins at once, and ends with the server, which waits for no viewer")
  func stream() async throws {
    let answers = try await RawBench.run { bench in
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await Self.onThread {
              try bench.send(
                "GET /v1/stream?channels=status HTTP/1.1\r\nHost: localhost\r\n\r\n", until: "event: status")
            }
          }
        }
        var answers: [String] = []
        for try await answer in group { answers.append(answer) }
        return answers
      }
    }
    for answer in answers {
      #expect(
        answer.contains("text/event-stream") && answer.contains("retry: 2000") && answer.contains("data: {"),
        "\(answer)")
    }
  }

  @Test("however many watch, Redis is asked as by one")
  func sampling() async throws {
    try await RawBench.run { bench in
      func calls(whileWatching count: Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<count {
            group.addTask {
              _ = try await Self.onThread {
                try bench.send("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n", for: .seconds(3))
              }
            }
          }
          try await Task.sleep(for: .milliseconds(500))
          let connection = Connection(bench.redis.url)
          func processed() async throws -> Int {
            let line = try Self.text(try await connection.call("INFO", "stats")).split(whereSeparator: \.isNewline)
              .first { $0.hasPrefix("total_commands_processed:") }
            return try #require(line.flatMap { Int($0.dropFirst(25)) })
          }
          let before = try await processed()
          try await Task.sleep(for: .seconds(2))
          let count = try await processed() - before
          try await group.waitForAll()
          return count
        }
      }
      let one = try await calls(whileWatching: 1)
      let many = try await calls(whileWatching: 30)
      #expect(many <= one * 2 + 10, "\(many) with 30, \(one) with one")
    }
  }

  @Test("a ride's way is waited for, and what names a person is shown to those alone who may see it")
  func ride() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      #expect(try await bench.get("/v1/rides/r-7", as: "viewer").status == 503)
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-7"), as: "producer").status == 201)
      let missing = try await bench.get("/v1/rides/r-8", as: "viewer")
      #expect(missing.status == 404)
      let ride = try await bench.get("/v1/rides/r-7", as: "viewer")
      #expect(ride.status == 200 && ride.object["settled"] as? Bool == false)
      #expect(!ride.text.contains("u-17@example.com") && !ride.text.contains("tok_visa"))
      let whole = try await bench.get("/v1/rides/r-7", as: "operator")
      #expect(whole.text.contains("u-17@example.com"))
      #expect(try await bench.get("/v1/events?key=r-7", as: "operator").text.contains("***"))
      let clock = ContinuousClock.now
      #expect(try await bench.get("/v1/rides/r-7?wait=1", as: "viewer").status == 200)
      #expect(clock.duration(to: .now) > .milliseconds(900))
      let searched = try await bench.get("/v1/search?q=r-7", as: "viewer")
      #expect(searched.data.map { $0["kind"] as? String } == ["ride"])
    }
  }

  @Test(
    "metrics are text that Prometheus reads: every service's lag, state and dead letters, and how long requests took")
  func metrics() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      #expect(try await bench.get("/metrics").status == 401)
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-7"), as: "producer").status == 201)
      try await PageTests.bury(3, bench)
      try await eventually("it has looked") {
        try await bench.get("/metrics", as: "viewer").text.contains("eventstreams_dead_letters{group=\"payment\"} 3")
      }
      let text = try await bench.get("/metrics", as: "viewer").text
      for line in [
        "# TYPE eventstreams_consumer_lag_seconds gauge", "eventstreams_consumer_lag_messages{group=\"driver\"} 1",
        "eventstreams_group_state{group=\"surge\",state=\"stopped\"} 1", "eventstreams_up 1",
      ] { #expect(text.contains(line), "\(line) is not in \(text)") }
      // One line that says what it is for each name, and all of a name together.
      let types = text.matches(of: /# TYPE (\S+)/).map { String($0.output.1) }
      #expect(Set(types).count == types.count)
      for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        #expect(line.wholeMatch(of: /[a-z_]+(\{[^}]*\})? -?[0-9.e+-]+/) != nil, "\(line)")
      }
    }
  }

  private static func text(_ reply: borrowing Reply) throws -> String { try reply.root.string() }

  private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }
}
