import EventStreams
import EventStreamsHTTP
import Foundation
import HTTPTypes
import HiredisClient
import HummingbirdTesting
import Logging
import RedisTestSupport
import RidesHTTP
import Testing

@Suite("Who may do what over HTTP") struct SecurityTests {
  /// A route's path with something in place of its names.
  private static func path(_ route: Route) -> String {
    route.path.replacing(/\{[a-z]+\}/) { _ in "payment" }
  }

  @Test("a viewer's token changes nothing: every route that could refuses it")
  func viewer() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      // What is for everybody is guarded by something else than a token.
      let unsafe = bench.routes.filter { $0.method != .get && $0.scope != nil }
      #expect(unsafe.count >= 3)
      for route in unsafe {
        let answer = try await bench.ask(route.method, Self.path(route), as: "viewer", body: "{}")
        #expect(answer.status == 403 && answer.code == "forbidden", "\(route.method) \(route.path): \(answer.status)")
      }
    }
  }

  @Test("without a token nothing is to be had but what is for everybody")
  func nobody() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      for route in bench.routes where route.scope != nil {
        let answer = try await bench.ask(route.method, Self.path(route), body: route.method == .get ? nil : "{}")
        #expect(answer.status == 401, "\(route.method) \(route.path): \(answer.status)")
        #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
      }
      let open = Set(bench.routes.filter { $0.scope == nil }.map(\.path))
      #expect(open.isSuperset(of: ["/health/live", "/health/ready"]))
      // What the card gateway tells is signed by it.
      #expect(!open.contains { $0.hasPrefix("/v1") && $0 != "/v1/openapi.json" && $0 != "/v1/gateway/notices" })
      let wrong = try await bench.get("/v1/services", [.authorization: "Bearer wrong"])
      #expect(wrong.status == 401 && wrong.code == "unauthenticated")
    }
  }

  @Test("each role may do what it is for, and nothing else")
  func roles() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      let published = try await bench.post("/v1/events", HTTPBench.completed("r-1"), as: "producer")
      #expect(published.status == 201)
      #expect(try await bench.get("/v1/services", as: "producer").status == 403)
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-2"), as: "operator").status == 403)
      #expect(try await bench.get("/v1/services", as: "viewer").status == 200)
      #expect(try await bench.get("/v1/trial-balance?accounts=each", as: "viewer").status == 200)
      #expect(try await bench.get("/v1/trial-balance?accounts=all", as: "viewer").status == 400)
      let redrive = "/v1/services/payment/dead-letters/redrive"
      let all = #"{"filter":{},"asOf":"0-0","expected":0}"#
      #expect(try await bench.post(redrive, all, as: "operator").status == 200)
    }
  }

  @Test("what was paid and earned is shown to those alone who may look at accounts")
  func money() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      let line = "reader sha256:\(try #require(TokenDigest.of("reader-token"))) read,pii\n"
      let path = "\(bench.redis.folder)/tokens"
      let tokens = try String(contentsOfFile: path, encoding: .utf8)
      try Data("\(line)\(tokens)".utf8).write(to: URL(fileURLWithPath: path))
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1"), as: "producer").status == 201)
      try await eventually("it counts") { try await bench.get("/v1/services", as: "reader").status == 200 }
      try await bench.working("payment", "driver") {
        try await eventually("it is earned") {
          try await bench.get("/v1/rides/r-1", as: "viewer").text.contains("\"earned\":[{")
        }
      }
      let paths = ["/v1/rides/r-1", "/v1/events?key=r-1", "/v1/events/RIDE_COMPLETED:r-1", "/rides", "/rides/r-1"]
      for path in paths {
        let some = try await bench.get(path, as: "reader", [.accept: "text/html"])
        #expect(some.status == 200 && !some.text.contains(/1230|12\.30/), "\(path): \(some.text)")
        let all = try await bench.get(path, as: "viewer", [.accept: "text/html"])
        #expect(all.status == 200 && all.text.contains(/1230|12\.30/), "\(path): \(all.text)")
      }
    }
  }

  @Test("a token that was taken back counts no more, and a new one does")
  func rotation() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1"), as: "producer").status == 201)
      let line = "viewer sha256:\(try #require(TokenDigest.of("second-token"))) viewer\n"
      try Data(line.utf8).write(to: URL(fileURLWithPath: "\(bench.redis.folder)/tokens"))
      try await eventually("the second counts") { try await bench.get("/v1/services", as: "second").status == 200 }
      #expect(try await bench.get("/v1/services", as: "viewer").status == 401)
      // What can't be read leaves it as it was.
      try Data("viewer\n".utf8).write(to: URL(fileURLWithPath: "\(bench.redis.folder)/tokens"))
      #expect(try await bench.get("/v1/services", as: "second").status == 200)
    }
  }

  @Test("a page of another site changes nothing, though it comes from this machine")
  func origin() async throws {
    try await HTTPBench.run { bench in
      let site = HTTPField.Name.named("Sec-Fetch-Site")
      let ride = HTTPBench.completed("r-1")
      for headers: HTTPFields in [
        [site: "cross-site"], [site: "same-site"], [site: "none"], [.origin: "http://evil.example"], [.origin: "null"],
        [.origin: "https://localhost.evil.example"],
      ] {
        let answer = try await bench.post("/v1/events", ride, headers)
        #expect(answer.status == 403 && answer.code == "foreign-origin", "\(headers): \(answer.text)")
      }
      #expect(try await bench.post("/v1/events", ride, [site: "same-origin"]).status == 201)
      #expect(try await bench.post("/v1/events", ride, [.origin: "http://localhost"]).status == 200)
      // No browser.
      #expect(try await bench.post("/v1/events", ride).status == 200)
    }
  }

  @Test("another name that leads to the server's address is not answered")
  func rebinding() async throws {
    try await RawBench.run { bench in
      for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"] {
        let answer = try await bench.send("GET /v1/services HTTP/1.1\r\nHost: \(host):80\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 421 ") && answer.contains("foreign-host"), "\(host): \(answer)")
      }
      for host in ["localhost", "127.0.0.1:8080", "[::1]:80", "rides.internal"] {
        let answer = try await bench.send("GET /health/live HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(host): \(answer)")
        let services = try await bench.send("GET /v1/services HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        #expect(services.hasPrefix("HTTP/1.1 503 ") && services.contains("nothing-published"), "\(host): \(services)")
      }
    }
  }

  @Test("a server without tokens is refused to all but this machine")
  func withoutTokens() throws {
    let deployment = Deployment("rides", redis: RedisURL(address: .unix(path: "/nowhere")))
    let log = Logger(label: "test")
    for address in ["0.0.0.0:8080", "[::]:8080", "192.168.1.7:80", "example.com:80", "127.evil.example:80"] {
      let settings = ServerSettings(address: try #require(ListenAddress(address)))
      #expect(throws: ServerMistake.self, "\(address)") {
        try RidesServer.make(settings, deployment: deployment, log: log)
      }
    }
    for address in ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080", "127.8.9.1:80", "unix:/run/x.sock"] {
      let settings = ServerSettings(address: try #require(ListenAddress(address)))
      #expect(throws: Never.self, "\(address)") { try RidesServer.make(settings, deployment: deployment, log: log) }
    }
  }

  @Test("a server that only reads refuses every call that changes anything, whoever makes it")
  func readOnly() async throws {
    try await HTTPBench.run(withTokens: true, changing: { $0.isReadOnly = true }) { bench in
      for route in bench.routes where route.method != .get && !["/login", "/logout"].contains(route.path) {
        let answer = try await bench.ask(route.method, Self.path(route), as: "admin", body: "{}")
        #expect(answer.status == 403 && answer.code == "read-only", "\(route.path): \(answer.status)")
      }
      for method in [HTTPRequest.Method.delete, .put, .patch] {
        #expect(try await bench.ask(method, "/v1/nothing", as: "admin").code == "read-only")
      }
    }
  }

  @Test("every answer says its request's id, and what a browser may do with it: nothing that stands in the page")
  func headers() async throws {
    try await HTTPBench.run { bench in
      let id = HTTPField.Name.named("Request-Id")
      for path in ["/v1/services", "/nothing/here", "/health/live"] {
        let answer = try await bench.get(path, [id: "my-own_1.2"])
        #expect(answer.headers[id] == "my-own_1.2")
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
        #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
      }
      let made = try await bench.get("/health/live", [id: "not good"])
      #expect(made.headers[id]?.count == 16)
      let missing = try await bench.get("/v1/nothing")
      #expect(missing.status == 404 && missing.object["requestId"] as? String == missing.headers[id])
      let method = try await bench.ask(.delete, "/v1/services")
      #expect(method.status == 405 && method.headers[.allow] == "GET, HEAD", "\(method.text)")
    }
  }
}
