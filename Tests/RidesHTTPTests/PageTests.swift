import EventStreams
import EventStreamsHTTP
import Foundation
import HTTPTypes
import HiredisClient
import RedisTestSupport
import Testing

@Suite("The pages") struct PageTests {
  private static let html: HTTPFields = [.accept: "text/html"]

  /// The addresses that a page leads to.
  private static func links(_ page: String) -> [String] {
    page.matches(of: /(?:href|src|action)="([^"]*)"/).map {
      String($0.output.1).replacingOccurrences(of: "&amp;", with: "&")
    }
  }

  /// A dead letter of payment, as the worker writes them.
  static func bury(_ count: Int, _ bench: HTTPBench) async throws {
    let namespace = try await bench.namespace()
    for number in 0..<count {
      let shard = number % namespace.shardCount
      let about =
        #"{"reason":"the <b>card</b> & \#(number % 2)","attempts":3,"firstError":"a","lastError":"b","worker":"w","at":"2026-04-03T10:30:00Z"}"#
      _ = try await bench.connection.call(
        "XADD", "rides:{\(shard)}:dead:payment", "*", "entry", "1-\(number)", "topic", "rides", "key", "r-\(number)",
        "kind", "dead", "about", about, "event", HTTPBench.completed("r-\(number)"))
      _ = try await bench.connection.call("HSET", "rides:{\(shard)}:blocked:payment", "r-\(number)", "1")
    }
  }

  @Test("lead to pages that are there, hold nothing that a browser would refuse, and stay small")
  func crawl() async throws {
    try await HTTPBench.run { bench in
      for ride in 0..<70 {
        let published = try await bench.post("/v1/events", HTTPBench.completed("r-\(ride)"))
        #expect(published.status == 201)
      }
      try await Self.bury(70, bench)
      var seen: Set<String> = []
      var waiting = [
        "/", "/accounts", "/prices", "/rides/r-1", "/services/payment/pending", "/problems/saturated", "/login",
      ]
      while let path = waiting.popLast() {
        guard seen.insert(path).inserted, seen.count < 200 else { continue }
        let answer = try await bench.get(path, Self.html)
        #expect([200, 303].contains(answer.status), "\(path): \(answer.status) \(answer.text.prefix(300))")
        #expect(answer.text.utf8.count < 150_000, "\(path)")
        #expect(answer.headers[.contentSecurityPolicy] != nil)
        guard answer.headers[.contentType]?.hasPrefix("text/html") == true else { continue }
        #expect(answer.text.contains("</html>"), "\(path)")
        #expect(
          !answer.text.contains(/<script>|<style|\sstyle=|\son[a-z]+=|javascript:|https?:\/\/(?!www\.w3)/), "\(path)")
        #expect(!answer.text.contains("<b>card"), "\(path)")
        // Lists show nobody's, and here everybody may see what names a person where it stands by itself.
        let isDetail = path.hasPrefix("/events/") || path.contains("/dead-letters/")
        #expect(isDetail || !answer.text.contains("tok_visa"), "\(path)")
        // What was planted stands in no log.
        waiting += Self.links(answer.text).filter { link in
          link.hasPrefix("/") && !link.hasPrefix("/logout") && !link.contains("/1-")
        }
      }
      #expect(seen.count > 30)
    }
  }

  @Test("show of a document that is deep and wide no more than anybody reads")
  func deep() throws {
    let deep = Array((String(repeating: "[", count: 500) + String(repeating: "0,", count: 100_000)).utf8)
    #expect(deep.indentedJSON.utf8.count < 40_000)
    let wide = Array(("[" + String(repeating: "\"äöü\",", count: 20_000) + "1]").utf8).indentedJSON
    #expect(wide.hasSuffix("bytes more") && !wide.contains("\u{fffd}"))
    #expect(Array(#"{"a":[1,{}]}"#.utf8).indentedJSON == "{\n  \"a\": [\n    1,\n    {}\n  ]\n}")
  }

  @Test("say why there is nothing to see, of a namespace that nobody has published to and of a Redis that is away")
  func nothing() async throws {
    try await HTTPBench.run { bench in
      let empty = try await bench.get("/", Self.html)
      #expect(
        empty.status == 200 && empty.text.contains("No service has ever run here")
          || empty.text.contains("Nothing can be seen yet"), "\(empty.text)")
      let events = try await bench.get("/events", Self.html)
      #expect(events.status == 503 && events.text.contains("nobody has published"), "\(events.text)")
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      // At once: that there was nothing is no answer to who asks later.
      #expect(try await bench.get("/services/payment", Self.html).status == 200)
      #expect(try await bench.get("/", Self.html).text.contains("payment"))
      await bench.redis.kill()
      try await eventually("the overview says so") {
        let away = try await bench.get("/", Self.html)
        // What was seen last is still there.
        return away.status == 200 && away.text.contains("can&#39;t be reached") && away.text.contains("payment")
      }
      let broken = try await bench.get("/events", Self.html)
      #expect(broken.status == 503 && broken.text.contains("</html>") && broken.text.contains("Request <code>"))
    }
  }

  @Test("send who is not logged in to log in, and back; a session ends when its token is taken back")
  func login() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      let sent = try await bench.get("/events?type=A", Self.html)
      #expect(sent.status == 303 && sent.headers[.location] == "/login?next=%2Fevents%3Ftype%3DA", "\(sent.headers)")
      let site: HTTPFields = [.named("Sec-Fetch-Site"): "same-origin"]
      let form = "application/x-www-form-urlencoded"
      let wrong = try await bench.post("/login", "token=wrong", type: form, site)
      #expect(wrong.status == 401 && wrong.headers[.setCookie] == nil)
      let right = try await bench.post("/login", "token=operator-token&next=%2Fevents", type: form, site)
      #expect(right.status == 303 && right.headers[.location] == "/events")
      let cookie = try #require(right.headers[.setCookie])
      #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
      let value = String(cookie.prefix { $0 != ";" })
      let inside = try await bench.get("/login", [.cookie: value, .accept: "text/html"])
      #expect(inside.text.contains("operator: log out"))
      #expect(try await bench.get("/v1/services", [.cookie: value]).code == "nothing-published")
      // Somebody else's signature, and a page of another site.
      let forged = value.replacing(/.$/) { $0.output == "0" ? "1" : "0" }
      #expect(try await bench.get("/v1/services", [.cookie: forged]).status == 401)
      let redrive = "/v1/services/payment/dead-letters/redrive"
      var foreign: HTTPFields = [.cookie: value]
      #expect(try await bench.post(redrive, "{}", foreign).code == "foreign-origin")
      foreign[.origin] = "http://evil.example"
      #expect(try await bench.post(redrive, "{}", foreign).code == "foreign-origin")
      // Where to go then is a page of this server.
      let elsewhere = try await bench.post(
        "/login", "token=operator-token&next=%2F%2Fevil.example", type: form, site)
      #expect(elsewhere.headers[.location] == "/")
      try Data().write(to: URL(fileURLWithPath: "\(bench.redis.folder)/tokens"))
      try await eventually("it is over") { try await bench.get("/v1/services", [.cookie: value]).status == 401 }
      for _ in 0..<12 { _ = try await bench.post("/login", "token=guess", type: form, site) }
      #expect(try await bench.post("/login", "token=guess", type: form, site).status == 429)
    }
  }

  @Test(
    "have dead letters handled again and discarded: those that are selected, or all that were there when the page was drawn"
  )
  func letters() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      try await Self.bury(30, bench)
      let service = try await bench.get("/services/payment", Self.html).text
      #expect(
        service.contains("Errors by reason") && service.contains("the &lt;b&gt;card&lt;/b&gt; &amp; 1"), "\(service)")
      let path = "/services/payment/dead-letters"
      let site: HTTPFields = [.named("Sec-Fetch-Site"): "same-origin", .accept: "text/html"]
      let form = "application/x-www-form-urlencoded"
      let list = try await bench.get(
        "/v1/services/payment/dead-letters?limit=2&reason=the%20%3Cb%3Ecard%3C%2Fb%3E%20%26%200")
      let ids = list.data.compactMap { $0["letter"] as? String }
      let asOf = try #require(list.object["asOf"] as? String)
      #expect(ids.count == 2 && list.object["hasMore"] as? Bool == true && !list.text.contains("u-17@example.com"))
      let one = try await bench.post(path, "id=\(ids[0])&act=redrive", type: form, site)
      #expect(one.status == 303 && one.headers[.location]?.contains("1%20keys") == true, "\(one.text)")
      let unnamed = try await bench.post(path, "id=\(ids[0])&act=discard", type: form, site)
      #expect(unnamed.status == 422)
      // One comes after the page was drawn.
      try await Self.bury(1, bench)
      let query = "reason=the+%3Cb%3Ecard%3C%2Fb%3E+%26+0".inForm
      let all = try await bench.post(
        path, "all=yes&query=\(query)&asOf=\(asOf)&act=discard&confirm=payment", type: form, site)
      #expect(
        all.status == 303 && all.headers[.location]?.contains("15%20letters") == true, "\(all.headers) \(all.text)")
      let left = try await bench.get("/v1/services/payment/dead-letters?limit=1000")
      #expect(left.data.count == 16)
      // What somebody has seen is not what is there any more.
      let api = "/v1/services/payment/dead-letters/discard"
      let late = try await bench.post(api, #"{"filter":{},"asOf":"\#(asOf)","expected":30}"#)
      #expect(late.status == 409 && late.code == "conflict", "\(late.text)")
      let right = try await bench.post(api, #"{"filter":{},"asOf":"\#(asOf)","expected":15}"#)
      #expect(right.status == 200 && right.object["letters"] as? Int == 15, "\(right.text)")
    }
  }
}

extension String {
  /// As the value of a form's field.
  fileprivate var inForm: String { addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
}
