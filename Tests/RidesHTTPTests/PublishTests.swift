import EventStreams
import EventStreamsOperations
import Foundation
import HTTPTypes
import HiredisClient
import RedisTestSupport
import Testing

@Suite("Publishing over HTTP") struct PublishTests {
  @Test("answers 201 with where an event stands, 200 when it is sent again, and 422 when its id is another event's")
  func one() async throws {
    try await HTTPBench.run { bench in
      let first = try await bench.post("/v1/events", HTTPBench.completed("r-1"))
      #expect(first.status == 201, "\(first.text)")
      #expect(first.headers[.location] == "/v1/events/RIDE_COMPLETED%3Ar-1")
      #expect(first.object["duplicate"] as? Bool == false && first.object["id"] as? String == "RIDE_COMPLETED:r-1")
      let again = try await bench.post("/v1/events", HTTPBench.completed("r-1"))
      #expect(again.status == 200 && again.object["duplicate"] as? Bool == true)
      #expect(again.object["entryId"] as? String == first.object["entryId"] as? String)
      let other = try await bench.post("/v1/events", HTTPBench.completed("r-1", total: 2000))
      #expect(other.status == 422 && other.code == "event-id-reused", "\(other.text)")
      #expect((other.object["detail"] as? String)?.contains("data.fare") == true)
      let found = try await bench.get(try #require(first.headers[.location]))
      #expect(
        found.status == 200 && (found.object["event"] as? [String: Any])?["id"] as? String == "RIDE_COMPLETED:r-1")
    }
  }

  @Test(
    "has events belong to the trace of the request that brings them, in whatever form, unless they say so themselves")
  func traces() async throws {
    try await HTTPBench.run { bench in
      let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
      let own = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-b7ad6b7169203331-00"
      let headers: HTTPFields = [.named("traceparent"): trace, .named("tracestate"): "vendor=1"]
      let mine = HTTPBench.completed("r-2").dropLast() + #","traceparent":"\#(own)"}"#
      let lines = try await bench.post(
        "/v1/events", "\(HTTPBench.completed("r-1"))\n\(mine)\n", type: "application/x-ndjson", headers)
      #expect(lines.text.contains(#""published":2"#), "\(lines.text)")
      let data = try #require(HTTPBench.completed("r-3").firstMatch(of: /"data":(.*)}$/)).output.1
      let cloud =
        #"[{"specversion":"1.0","id":"c-3","source":"/trips","type":"RIDE_COMPLETED","time":"2026-04-03T10:30:00Z","data":\#(data)}]"#
      let batch = try await bench.post("/v1/events", cloud, type: "application/cloudevents-batch+json", headers)
      #expect(batch.text.contains(#""status":201"#), "\(batch.text)")
      for (id, expected) in [("RIDE_COMPLETED:r-1", trace), ("RIDE_COMPLETED:r-2", own), ("c-3", trace)] {
        let found = try await bench.get("/v1/events/\(id)")
        let event = try #require(found.object["event"] as? [String: Any], "\(found.text)")
        #expect(event["traceparent"] as? String == expected, "\(id)")
        #expect(event["tracestate"] as? String == (expected == trace ? "vendor=1" : nil), "\(id)")
      }
    }
  }

  @Test("says which field of an event is wrong, and where text stops being JSON")
  func mistakes() async throws {
    try await HTTPBench.run { bench in
      let bad = try await bench.post(
        "/v1/events", HTTPBench.completed("r-1").replacingOccurrences(of: #""total":1230"#, with: #""total":"12""#))
      #expect(bad.status == 422 && bad.code == "invalid-event", "\(bad.text)")
      let errors = bad.object["errors"] as? [[String: Any]]
      #expect(errors?.first?["pointer"] as? String == "/data/fare/total")
      #expect(bad.headers[.contentType] == "application/problem+json" && bad.object["retryable"] as? Bool == false)
      let broken = try await bench.post("/v1/events", #"{"type":"#)
      #expect(broken.status == 400 && broken.code == "malformed")
      let plain = try await bench.post("/v1/events", "hello", type: "text/plain")
      #expect(plain.status == 415 && plain.headers[.named("Accept-Post")]?.contains("x-ndjson") == true)
      let key = HTTPField.Name.named("Idempotency-Key")
      let contradiction = try await bench.post("/v1/events", HTTPBench.completed("r-1"), [key: "another"])
      #expect(contradiction.status == 400 && contradiction.code == "contradiction")
      let agreeing = try await bench.post("/v1/events", HTTPBench.completed("r-1"), [key: "RIDE_COMPLETED:r-1"])
      #expect(agreeing.status == 201)
      let large = try await bench.post("/v1/events", String(repeating: " ", count: 1_100_000))
      #expect(large.status == 413 && large.code == "too-large")
    }
  }

  @Test("takes CloudEvents, structured, binary and in batches, and the same event in each way is one event")
  func cloudEvents() async throws {
    try await HTTPBench.run { bench in
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(HTTPBench.completed("r-9").utf8)) as? [String: Any])
      let data = String(
        decoding: try JSONSerialization.data(withJSONObject: try #require(object["data"])), as: UTF8.self)
      let cloud =
        #"{"specversion":"1.0","id":"c-1","source":"/trips","type":"RIDE_COMPLETED","time":"2026-04-03T10:30:00Z","partitionkey":"r-9","data":\#(data)}"#
      let structured = try await bench.post("/v1/events", cloud, type: "application/cloudevents+json")
      #expect(structured.status == 201 && structured.object["id"] as? String == "c-1", "\(structured.text)")
      var headers = HTTPFields()
      for (name, value) in [
        ("specversion", "1.0"), ("id", "c-1"), ("source", "/trips"), ("type", "RIDE_COMPLETED"),
        ("partitionkey", "r-9"),
      ] { headers[try #require(HTTPField.Name("ce-\(name)"))] = value }
      let binary = try await bench.post("/v1/events", data, headers)
      #expect(binary.status == 200 && binary.object["duplicate"] as? Bool == true, "\(binary.text)")
      let old = cloud.replacingOccurrences(of: "1.0", with: "0.3")
      let batch = try await bench.post("/v1/events", "[\(cloud),\(old)]", type: "application/cloudevents-batch+json")
      let reports = batch.json as? [[String: Any]]
      #expect(batch.status == 200 && reports?.map { $0["status"] as? Int } == [200, 422], "\(batch.text)")
    }
  }

  @Test("takes lines as they come, names those that were refused, and ends with what became of all")
  func lines() async throws {
    try await HTTPBench.run { bench in
      var lines = (1...1200).map { HTTPBench.completed("r-\($0)") }
      lines[6] = #"{"type":"NOTHING_KNOWN"}"#
      lines[9] = lines[8]
      let all = lines.joined(separator: "\n")
      let answer = try await bench.post("/v1/events", all, type: "application/x-ndjson")
      let reports = answer.text.split(separator: "\n").map(String.init)
      #expect(answer.status == 200 && reports.count == 2, "\(answer.text)")
      #expect(reports.first?.contains(#""line":7,"status":422"#) == true)
      #expect(reports.last == #"{"done":true,"published":1198,"duplicates":1,"refused":1}"#)
      let again = try await bench.post("/v1/events?report=all", all, type: "application/x-ndjson")
      #expect(again.text.split(separator: "\n").count == 1201)
      #expect(again.text.hasSuffix("{\"done\":true,\"published\":0,\"duplicates\":1199,\"refused\":1}\n"))
    }
  }

  @Test("tells of each line while the others are on their way, and says in place of the last line what went wrong")
  func reporting() async throws {
    try await RawBench.run { bench in
      let lines = (1...600).map { HTTPBench.completed("r-\($0)") }.joined(separator: "\n") + "\n"
      let head =
        "POST /v1/events?report=all HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
      let chunk = "\(String(lines.utf8.count, radix: 16))\r\n\(lines)\r\n"
      // The body goes on, and its first lines are answered.
      let answer = try await bench.send(head + chunk, until: "\"line\":500,")
      #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("\"line\":500,"), "\(answer.suffix(300))")
      #expect(!answer.contains("\"line\":501,"))
    }
    try await HTTPBench.run { bench in
      await bench.redis.kill()
      let away = try await bench.post("/v1/events?report=all", HTTPBench.completed("r-1"), type: "application/x-ndjson")
      #expect(away.status == 503 && away.headers[.retryAfter] != nil, "\(away.text)")
    }
  }

  @Test("answers 503 with Retry-After while Redis is away, and publishes again when it is back")
  func away() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      await bench.redis.kill()
      let away = try await bench.post("/v1/events", HTTPBench.completed("r-2"))
      #expect(away.status == 503 && away.code == "log-unavailable" && away.headers[.retryAfter] != nil, "\(away.text)")
      #expect(!away.text.contains("redis") && away.object["retryable"] as? Bool == true)
      #expect(try await bench.get("/v1/services").status == 503)
      #expect(try await bench.get("/health/ready").status == 503)
      #expect(try await bench.get("/health/live").status == 200)
      try await bench.redis.restart()
      try await eventually("it publishes again") {
        try await bench.post("/v1/events", HTTPBench.completed("r-2")).status == 201
      }
      #expect(try await bench.get("/health/ready").status == 200)
    }
  }

  @Test("publishes what many clients send at the same time, each once")
  func many() async throws {
    try await HTTPBench.run { bench in
      try await withThrowingTaskGroup { group in
        for client in 0..<8 {
          group.addTask {
            for ride in 0..<50 {
              // Two clients send each.
              let answer = try await bench.post("/v1/events", HTTPBench.completed("r-\(client / 2)-\(ride)"))
              #expect(answer.status == 201 || answer.status == 200, "\(answer.text)")
            }
          }
        }
        try await group.waitForAll()
      }
      let inspector = Inspector(namespace: try await bench.namespace(), connection: bench.connection)
      #expect(try await inspector.length() == 200)
    }
  }
}
