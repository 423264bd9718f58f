import Foundation
import Testing

@Suite("What a server takes of its clients") struct LimitTests {
  @Test("a connection without a whole head is closed after ten seconds, however often it sends a byte")
  func slowHead() async throws {
    try await RawBench.run { bench in
      let start = ContinuousClock.now
      let answer = try await bench.send("GET /health/live HTTP/1.1\r\nHost: local", for: .seconds(59))
      let taken = start.duration(to: .now)
      #expect(answer.isEmpty && taken > .seconds(9) && taken < .seconds(55), "\(taken): \(answer)")
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
