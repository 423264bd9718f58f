import EventStreams
import Foundation
import HTTPTypes
import HiredisClient
import HummingbirdTesting
import Logging
import NIOCore
import RedisTestSupport
import RideHailing
import Testing

@testable import EventStreamsHTTP

@Suite("What a server takes of its clients") struct LimitTests {
  @Test("a connection without a whole head is closed after ten seconds, however often it sends a byte")
  func slowHead() async throws {
    try await RawBench.run { bench in
      let start = ContinuousClock.now
      let answer = try await bench.send("GET /health/live HTTP/1.1\r\nHost: local", for: .seconds(119))
      let taken = start.duration(to: .now)
      #expect(answer.isEmpty && taken > .seconds(9) && taken < .seconds(110), "\(taken): \(answer)")
    }
  }

  @Test("requests that come at once are answered one after the other, whatever pieces they come in")
  func pieces() async throws {
    try await RawBench.run { bench in
      let get = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
      let last = get.replacingOccurrences(of: "\r\n\r\n", with: "\r\nConnection: close\r\n\r\n")
      let answers = try await bench.send(get + get + last)
      #expect(answers.components(separatedBy: "HTTP/1.1 200 ").count == 4, "\(answers)")
      let ride = HTTPBench.completed("r-1")
      let chunks = ride.map { "1\r\n\($0)\r\n" }.joined()
      let head =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
      let chunked = try await bench.send("\(head)Transfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n")
      #expect(chunked.hasPrefix("HTTP/1.1 201 "), "\(chunked)")
      // A client that asks whether it may go on is told so, or answered.
      let asked = try await bench.send(
        "\(head)Expect: 100-continue\r\nContent-Length: \(ride.utf8.count)\r\n\r\n\(ride)")
      #expect(asked.contains("HTTP/1.1 200 "), "\(asked)")
    }
  }

  @Test("a connection more than 1,024 is served when one of those has gone")
  func connections() async throws {
    try await RawBench.run { bench in
      let get = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
      var held = try await bench.hold(1024, sending: get)
      defer { for descriptor in held { close(descriptor) } }
      async let waiting = bench.send(get.replacingOccurrences(of: "\r\n\r\n", with: "\r\nConnection: close\r\n\r\n"))
      let late = try await bench.send(get, for: .seconds(1))
      #expect(late.isEmpty, "\(late)")
      close(held.removeLast())
      close(held.removeLast())
      let answer = try await waiting
      #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
    }
  }

  @Test("a stream more than 256 is refused for the moment, and taken when one of those has gone")
  func streams() async throws {
    try await RawBench.run { bench in
      let get = "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
      var held = try await bench.hold(256, sending: get)
      defer { for descriptor in held { close(descriptor) } }
      let refused = try await bench.send(get, until: "}", for: .seconds(5))
      #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("saturated"), "\(refused)")
      #expect(refused.lowercased().contains("retry-after:"), "\(refused)")
      close(held.removeLast())
      try await eventually("there is room again") {
        try await bench.send(get, until: "retry: 2000", for: .milliseconds(500)).hasPrefix("HTTP/1.1 200 ")
      }
    }
  }

  @Test(
    "a request that is not done in time is ended, and its client may send it again; one that wants to wait may wait")
  func late() async throws {
    try await withRedis { redis in
      var settings = ServerSettings(address: .tcp(host: "127.0.0.1", port: 0))
      settings.requestTime = .seconds(1)
      var log = Logger(label: "test")
      log.logLevel = .critical
      let service = try HTTPService(
        settings, deployment: Deployment("rides", redis: redis.url), catalog: RideServices.standard.catalog,
        domain: Site.Domain(), opening: { _ in throw Problem.notFound() }, log: log
      ) { routes, _, _ in
        routes.get("/v1/slow", .read) { _, _ in
          try await Task.sleep(for: .seconds(50))
          return "too late"
        }
        routes.get("/v1/patient", .read) { _, _ in
          try await Task.sleep(for: .seconds(2))
          return "in time"
        }
        routes.post("/v1/body", .read) { request, _ in "\(try await request.bytes(upTo: 100).count)" }
      }
      try await service.tested.test(.live) { client in
        let start = ContinuousClock.now
        async let patient = client.execute(uri: "/v1/patient?wait=30", method: .get)
        let slow = try await client.execute(uri: "/v1/slow", method: .get)
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(slow.status == .gatewayTimeout && slow.headers[.retryAfter] != nil)
        #expect(String(buffer: slow.body).contains("too-late"), "\(String(buffer: slow.body))")
        #expect(try await patient.status == .ok)
        let hasty = try await client.execute(uri: "/v1/patient", method: .get)
        #expect(hasty.status == .gatewayTimeout)
      }
    }
  }

  @Test("a body that does not come to its end in time is given up")
  func slowBody() async throws {
    try await RawBench.run(changing: { $0.requestTime = .seconds(1) }) { bench in
      let half =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"type\""
      let answer = try await bench.send(half, until: "}", for: .seconds(20))
      #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
    }
  }

  @Test("a head that is too large is refused, half a body leaves nothing behind, and the server goes on")
  func broken() async throws {
    try await RawBench.run { bench in
      let large = String(repeating: "x", count: 20_000)
      let refused = try await bench.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Large: \(large)\r\n\r\n")
      #expect(refused.hasPrefix("HTTP/1.1 431 ") || refused.hasPrefix("HTTP/1.1 400 "), "\(refused)")
      let many = (0..<200).map { "X-\($0): 1\r\n" }.joined()
      let crowded = try await bench.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\(many)\r\n")
      #expect(crowded.hasPrefix("HTTP/1.1 431 ") || crowded.hasPrefix("HTTP/1.1 400 "), "\(crowded)")
      let half =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"type\""
      _ = try await bench.send(half, for: .milliseconds(300))
      for noise in [
        "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
      ] {
        _ = try await bench.send(noise, for: .seconds(1))
      }
      let good = try await bench.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      #expect(good.hasPrefix("HTTP/1.1 200 "), "\(good)")
    }
  }
}
