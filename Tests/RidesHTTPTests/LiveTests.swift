import EventStreams
import Foundation
import HTTPTypes
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@testable import EventStreamsHTTP

@Suite("What goes on over HTTP") struct LiveTests {
  @Test("a stream tells how the services are, begins at once, and ends with the server, which waits for no viewer")
  func stream() async throws {
    let answers = try await RawBench.run { bench in
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await bench.send(
              "GET /v1/stream?channels=status HTTP/1.1\r\nHost: localhost\r\n\r\n", until: "event: status")
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

  @Test("a stream tells of events as they come, by type and city, and goes on where it was cut off: nothing is missed")
  func events() async throws {
    try await RawBench.run { bench in
      func publish(_ rides: ClosedRange<Int>, _ city: String) async throws {
        let lines = rides.map { HTTPBench.completed("r-\($0)", city: city) }.joined(separator: "\n") + "\n"
        let request =
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nContent-Length: \(lines.utf8.count)\r\n\r\n\(lines)"
        let answer = try await bench.send(request)
        #expect(answer.contains(#""done":true"#), "\(answer)")
      }
      func watch(_ query: String, after id: String, until end: String) async throws -> String {
        let request = "GET /v1/stream?\(query) HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: \(id)\r\n\r\n"
        return try await bench.send(request, until: end)
      }
      func rides(_ text: String) -> [String] {
        text.matches(of: /"rideId":"(r-\d+)"/).map { String($0.output.1) }
      }
      try await publish(1...600, "Paris")
      try await publish(601...640, "Rome")
      // The beginning of the log.
      let beginning = Data("0/0-0".utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
      let all = try await watch("channels=events", after: beginning, until: "r-600\"")
      let paris = Set(rides(all))
      #expect((1...600).allSatisfy { paris.contains("r-\($0)") })
      #expect(!all.contains("tok_visa") && !all.contains("u-17@example.com"))
      let id = try #require(all.matches(of: /\nid: (\S+)\n/).last).output.1
      try await publish(641...641, "Rome")
      let rome = try await watch(
        "channels=events,dead&city=Rome&type=RIDE_COMPLETED", after: beginning, until: "r-641\"")
      #expect(Set(rides(rome)) == Set((601...641).map { "r-\($0)" }))
      let later = try await watch("channels=events", after: String(id), until: "r-641\"")
      #expect(rides(later).contains("r-641") && !rides(later).contains("r-1"))
      for wrong in ["channels=nothing", "chanels=events"] {
        let answer = try await bench.send(
          "GET /v1/stream?\(wrong) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      }
      // What writes no body takes no place.
      for _ in 0..<300 {
        let head = try await bench.send("HEAD /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        guard head.hasPrefix("HTTP/1.1 200 ") else {
          Issue.record("\(head)")
          break
        }
      }
    }
  }

  @Test("a viewer that stops to read is told so and sent away: no more is kept for it than for any other")
  func gap() {
    let outbox = Outbox()
    let message = ServerSentEvent.bytes("events", data: Array(repeating: UInt8(ascii: "1"), count: 100_000))
    for _ in 0..<2 { outbox.put(message) }
    outbox.put(status: Array("old".utf8))
    outbox.put(status: Array("new".utf8))
    let fair = outbox.take()
    #expect(fair.bytes.count == 2 * message.count + 3 && !fair.isLast)
    for _ in 0..<10 { outbox.put(message) }
    let cut = outbox.take()
    #expect(String(decoding: cut.bytes, as: UTF8.self) == "event: gap\ndata: {}\n\n" && cut.isLast)
    let quiet = Outbox()
    quiet.beat(at: .now + .seconds(14))
    #expect(quiet.take().bytes.isEmpty)
    quiet.beat(at: .now + .seconds(16))
    #expect(quiet.take().bytes.starts(with: Array(":".utf8)))
  }

  @Test("of many who ask at once for a stream no more get one than there are, and whoever goes makes room")
  func seats() async throws {
    let sampler = Sampler(Deployment("rides", redis: RedisURL(address: .unix(path: "/nowhere"))))
    for _ in 0..<2 {
      var seats = await withTaskGroup(of: Sampler.Seat?.self) { group in
        for _ in 0..<400 { group.addTask { try? sampler.seat() } }
        var seats: [Sampler.Seat] = []
        for await seat in group { if let seat { seats.append(seat) } }
        return seats
      }
      #expect(seats.count == ServerSettings.Limit.streams)
      #expect(throws: Problem.self) { try sampler.seat() }
      seats.removeAll()
    }
  }

  @Test("however many watch, Redis is asked as by one")
  func sampling() async throws {
    try await RawBench.run { bench in
      func calls(whileWatching count: Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<count {
            group.addTask {
              _ = try await bench.send("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n", for: .seconds(3))
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
      let tag = try #require(ride.headers[.eTag])
      let known = try await bench.get("/v1/rides/r-7", as: "viewer", [.ifNoneMatch: "\"other\", W/\(tag)"])
      #expect(known.status == 304 && known.text.isEmpty && known.headers[.eTag] == tag)
      // Who sees more has another answer.
      #expect(try await bench.get("/v1/rides/r-7", as: "operator", [.ifNoneMatch: tag]).status == 200)
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
}
