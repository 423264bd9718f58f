import EventStreams
import Foundation
import HTTPTypes
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("Operating over HTTP") struct OperationTests {
  private static let letters = "/v1/services/payment/dead-letters"

  private static func all(_ bench: HTTPBench, _ more: String = "") async throws -> String {
    let list = try await bench.get("\(letters)?limit=1")
    let last = try #require(list.object["asOf"] as? String)
    let groups = try await bench.get("\(letters)/groups?by=type")
    let count = try #require(groups.data.first?["count"] as? Int)
    return #"{"filter":{},"asOf":"\#(last)","expected":\#(count)\#(more)}"#
  }

  private static func acts(_ bench: HTTPBench) async throws -> [[String: Any]] {
    try await bench.get("/v1/events?type=OPERATOR_ACTED").data.compactMap {
      ($0["event"] as? [String: Any])?["data"] as? [String: Any]
    }
  }

  @Test(
    "what concerns more than a thousand keys is done beside the requests, one at a time for a service, and can be watched"
  )
  func large() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      try await PageTests.bury(1500, bench)
      let begun = try await bench.post("\(Self.letters)/discard", try await Self.all(bench))
      let place = try #require(begun.headers[.location])
      #expect(begun.status == 202 && begun.object["total"] as? Int == 1500, "\(begun.text)")
      try await eventually("it is done") { try await bench.get(place).object["state"] as? String == "done" }
      #expect(try await bench.get(Self.letters).data.isEmpty)
      #expect(try await bench.get("/v1/operations").data.count == 1)
      #expect(try await bench.get("/v1/operations/unknown").status == 404)
      let acts = try await Self.acts(bench)
      #expect(acts.count == 1 && acts[0]["what"] as? String == "discard" && acts[0]["count"] as? Int == 1500, "\(acts)")
      #expect(acts[0]["who"] as? String == "local" && acts[0]["target"] as? String == "payment")
    }
  }

  @Test(
    "an operation keeps to its rate, keeps others from the same letters, and leaves what is left when it is stopped")
  func stopped() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      try await PageTests.bury(300, bench)
      let slow = try await Self.all(bench, #","maxPerSecond":5"#)
      let begun = try await bench.post("\(Self.letters)/discard", slow)
      let place = try #require(begun.headers[.location])
      #expect(begun.status == 202, "\(begun.text)")
      let second = try await bench.post("\(Self.letters)/redrive", slow)
      #expect(second.status == 409 && second.code == "conflict", "\(second.text)")
      let html: HTTPFields = [.accept: "text/html"]
      let page = try await bench.get("/operations", html)
      #expect(page.status == 200 && page.text.contains("of 300, 5 a second at the most"), "\(page.text)")
      let end = try await bench.ask(.delete, place)
      #expect(end.status == 200)
      try await eventually("it has stopped") { try await bench.get(place).object["state"] as? String == "stopped" }
      let left = try await bench.get("\(Self.letters)?limit=1000").data.count
      #expect((1..<300).contains(left), "\(left)")
      let acts = try await Self.acts(bench).map { $0["what"] as? String }
      #expect(acts == ["stop", "discard"], "\(acts)")
      // Now it may.
      #expect(try await bench.post("\(Self.letters)/redrive", try await Self.all(bench)).status == 200)
      #expect(try await bench.get("/operations", html).text.contains("redrive"))
    }
  }

  @Test("who acted can't be made up: no producer publishes that somebody did, nor keeps it from being noted")
  func forged() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      let forged = #"{"type":"OPERATOR_ACTED","data":{"who":"anna","what":"discard","target":"payment"}}"#
      #expect(try await bench.post("/v1/events", forged).status == 422)
      try await PageTests.bury(2, bench)
      let ids = try await bench.get(Self.letters).data.compactMap { $0["letter"] as? String }
      for id in ids {
        let request: HTTPFields = [.named("Request-Id"): "the-same"]
        let done = try await bench.post("\(Self.letters)/discard", #"{"ids":["\#(id)"]}"#, request)
        #expect(done.status == 200, "\(done.text)")
      }
      #expect(try await Self.acts(bench).count == 2)
    }
  }

  @Test("old events go when an administrator says so, and groups that nobody runs when their name is said twice")
  func administrator() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      for ride in 0..<3 {
        #expect(try await bench.post("/v1/events", HTTPBench.completed("r-\(ride)"), as: "producer").status == 201)
      }
      #expect(try await bench.post("/v1/trim", #"{"keep":0}"#, as: "operator").status == 403)
      #expect(try await bench.post("/v1/trim", "{}", as: "admin").status == 400)
      let kept = try await bench.post("/v1/trim", #"{"keep":0}"#, as: "admin")
      // Nobody has handled anything.
      #expect(
        kept.status == 200 && kept.object["removed"] as? Int == 0 && kept.text.contains(#""keptBy":""#), "\(kept.text)")
      func remove(_ body: String) async throws -> HTTPBench.Answer {
        try await bench.ask(.delete, "/v1/groups/rating", as: "admin", [.contentType: "application/json"], body: body)
      }
      let wrong = try await remove(#"{"name":"payment"}"#)
      #expect(wrong.status == 422 && wrong.text.contains("nothing was done"), "\(wrong.text)")
      let right = try await remove(#"{"name":"rating"}"#)
      #expect(right.status == 200 && right.text.contains("rating"), "\(right.text)")
      #expect(try await remove(#"{"name":"rating"}"#).status == 404)
      #expect(try await !bench.get("/v1/services", as: "viewer").text.contains("rating"))
      let acts = try await bench.get("/v1/events?type=OPERATOR_ACTED", as: "viewer")
      #expect(acts.text.contains("remove-group") && acts.text.contains(#""who":"admin""#), "\(acts.text)")
    }
  }
}
