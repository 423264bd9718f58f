import EventStreams
import Foundation
import HTTPTypes
import HiredisClient
import RideHailing
import Testing

@Suite("Disputes, payouts and prices of pools over HTTP") struct MoneyPageTests {
  private static let html: HTTPFields = [.accept: "text/html"]

  private static func put(_ hash: String, of service: String, _ field: String, _ json: String, _ bench: HTTPBench)
    async throws
  {
    let key = try await bench.namespace().state(0, service, hash)
    _ = try await bench.connection.call("HSET", key, field, json)
  }

  private static func dispute(_ id: String, _ amount: Int, _ status: String) -> String {
    #"{"id":"\#(id)","charge":"ch_1","amount":\#(amount),"currency":"EUR","reason":"fraudulent <b>","status":"\#(status)"}"#
  }

  @Test("disputes are listed with those first that are not decided, and chosen by how they stand")
  func disputes() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1"), as: "producer").status == 201)
      let nothing = try await bench.get("/v1/disputes", as: "viewer")
      #expect(nothing.status == 200 && nothing.data.isEmpty)
      #expect(try await bench.get("/disputes", as: "viewer", Self.html).text.contains("No payment is contested"))
      let both = "\(Self.dispute("dp_1", 500, "won")),\(Self.dispute("dp_2", 700, "open"))"
      try await Self.put("disputes", of: "payment", "r-2", #"{"disputes":[\#(both)]}"#, bench)
      let one = Self.dispute("dp_3", 900, "lost")
      try await Self.put("disputes", of: "payment", "r-1", #"{"disputes":[\#(one)]}"#, bench)
      let all = try await bench.get("/v1/disputes", as: "viewer")
      #expect(all.data.map { $0["rideId"] as? String } == ["r-2", "r-1", "r-2"], "\(all.text)")
      #expect(all.object["total"] as? Int == 3)
      #expect(
        try await Self.paged("/v1/disputes?limit=1", bench) { ($0["dispute"] as? [String: Any])?["id"] } == [
          "dp_2", "dp_3", "dp_1",
        ])
      let open = try await bench.get("/v1/disputes?status=open", as: "viewer")
      #expect(open.data.count == 1 && open.text.contains("dp_2"), "\(open.text)")
      #expect(try await bench.get("/v1/disputes?status=gone", as: "viewer").status == 400)
      #expect(try await bench.get("/v1/disputes", as: "producer").status == 403)
      #expect(try await bench.get("/v1/disputes").status == 401)
      let page = try await bench.get("/disputes?status=lost", as: "viewer", Self.html)
      #expect(page.status == 200 && page.text.contains("dp_3") && !page.text.contains("dp_2"), "\(page.text)")
      #expect(page.text.contains("fraudulent &lt;b&gt;") && page.text.contains("EUR 9.00"), "\(page.text)")
      #expect(page.text.contains(#"href="/rides/r-1""#) && !page.text.contains("Next page"))
      #expect(try await bench.get("/disputes?limit=2", as: "viewer", Self.html).text.contains("Next page"))
    }
  }

  /// What all pages of a list hold, one after the other.
  private static func paged(
    _ path: String, _ bench: HTTPBench, _ name: ([String: Any]) -> Any?
  ) async throws -> [String] {
    var names: [String] = []
    var cursor = ""
    while true {
      let page = try await bench.get("\(path)\(cursor)", as: "viewer")
      names += page.data.compactMap { name($0) as? String }
      #expect(page.status == 200 && page.data.count == 1, "\(page.text)")
      guard let next = page.object["nextCursor"] as? String else { return names }
      cursor = "&cursor=\(next)"
    }
  }

  @Test("what riders owe is listed by rider, summed up by currency however much it is, and chosen by rider and city")
  func arrears() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1"), as: "producer").status == 201)
      #expect(try await bench.get("/arrears", as: "viewer", Self.html).text.contains("Nobody owes anything."))
      func owed(_ ride: String, _ amount: Int, _ currency: String, _ city: String = "Paris") -> String {
        #"{"ride":"\#(ride)","city":"\#(city)","owed":\#(amount),"currency":"\#(currency)","at":"2026-04-03T10:30:00Z"}"#
      }
      let several = [owed("r-1", 1230, "EUR"), owed("r-2", 70, "EUR", "Lyon"), owed("r-3", .max, "USD")]
      try await Self.put("arrears", of: "payment", "u-1", #"{"rides":[\#(several.joined(separator: ","))]}"#, bench)
      try await Self.put("arrears", of: "payment", "u-2", #"{"rides":[\#(owed("r-4", .max, "USD"))]}"#, bench)
      let some = try await bench.get("/v1/arrears?limit=2", as: "viewer")
      #expect(some.data.map { $0["rideId"] as? String } == ["r-1", "r-2"] && some.object["total"] as? Int == 4)
      #expect(try await bench.get("/v1/arrears", as: "producer").status == 403)
      let page = try await bench.get("/arrears?limit=2", as: "viewer", Self.html)
      #expect(page.status == 200 && page.text.contains("4 rides of 2 riders") && page.text.contains("Next page"))
      #expect(try await Self.paged("/v1/arrears?limit=1", bench) { $0["rideId"] } == ["r-1", "r-2", "r-3", "r-4"])
      #expect(page.text.contains("13.00") && page.text.contains("92233720368547758.07"), "\(page.text)")
      let lyon = try await bench.get("/arrears?rider=u-1&city=Lyon", as: "viewer", Self.html)
      #expect(lyon.text.contains(#"href="/rides/r-2""#) && !lyon.text.contains(#"href="/rides/r-1""#), "\(lyon.text)")
    }
  }

  @Test("payouts are listed by name in pages, by run, driver and what became of them, and runs with what they come to")
  func payouts() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1"), as: "producer").status == 201)
      #expect(try await bench.get("/payouts", as: "viewer", Self.html).text.contains("No driver was paid yet"))
      func payout(_ number: Int, _ more: String = "") -> String {
        #"{"run":"R\#(number % 2)","driver":"d-\#(number)","city":"Paris","amount":\#(100 + number),"currency":"EUR","place":"5-\#(number)","at":"2026-04-03T10:30:00Z"\#(more)}"#
      }
      for number in 0..<120 {
        let more =
          switch number {
          case 3: #","refused":"more than is payable""#
          case 5: #","returned":"AC04: account closed""#
          default: ""
          }
        let digits = String(1000 + number)
        try await Self.put("payouts", of: "driver", "P\(digits)", payout(number, more), bench)
      }
      for (run, closed) in [("R0", #","closed":"9-0""#), ("R1", "")] {
        let rules =
          #"{"run":"\#(run)","city":"Paris","currency":"EUR","week":"2026-W13","zone":"Europe/Paris","from":"2026-03-22T23:00:00Z","before":"2026-03-29T22:00:00Z","executeOn":"2026-04-02"}"#
        try await Self.put(
          "payout:runs", of: "driver", run,
          #"{"rules":\#(rules),"place":"4-0","at":"2026-04-0\#(run == "R0" ? 1 : 2)T00:00:00Z"\#(closed)}"#, bench)
      }
      var names: [String] = []
      var cursor = ""
      for _ in 0..<4 {
        let page = try await bench.get("/v1/payouts?limit=50\(cursor)", as: "viewer")
        names += page.data.compactMap { $0["payout"] as? String }
        #expect(page.object["total"] as? Int == 120)
        guard let next = page.object["nextCursor"] as? String else { break }
        cursor = "&cursor=\(next)"
      }
      #expect(names == (0..<120).map { "P\(1000 + $0)" })
      let returned = try await bench.get("/v1/payouts?state=returned", as: "viewer").data
      #expect(returned.count == 1 && returned.first?["reason"] as? String == "AC04: account closed")
      #expect(try await bench.get("/v1/payouts?run=R1&driver=d-7", as: "viewer").data.count == 1)
      #expect(try await bench.get("/v1/payouts?state=lost", as: "viewer").status == 400)
      let runs = try await bench.get("/v1/payouts/runs", as: "viewer").data
      #expect(runs.map { $0["run"] as? String } == ["R1", "R0"])
      #expect(
        runs.map { $0["ordered"] as? Int } == [58, 60] && runs.map { $0["state"] as? String } == ["open", "closed"])
      #expect(runs[1]["amount"] as? Int == (0..<60).reduce(0) { $0 + 100 + 2 * $1 })
      for path in ["/v1/payouts", "/v1/payouts/runs"] {
        #expect(try await bench.get(path, as: "producer").status == 403)
        #expect(try await bench.post(path, "{}", as: "admin").status == 405)
      }
      let page = try await bench.get("/payouts?run=R1&state=refused", as: "viewer", Self.html)
      #expect(page.text.contains("more than is payable") && !page.text.contains("AC04"), "\(page.text)")
      #expect(page.text.contains("2026-W13") && page.text.contains(#"href="/accounts/driver/d-3""#))
    }
  }

  @Test("prices are those of all cars, of a pool, or of a city's usual cars")
  func pools() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      for (cell, pool, percent) in [("u09tvw", "", 130), ("u09tvw", "xl", 180), ("u09tvx", "xl", 150)] {
        let named = pool.isEmpty ? "" : #""pool":"\#(pool)","#
        try await Self.put(
          "prices", of: "surge", "\(cell)/\(pool.utf8.count)/\(pool)/Paris",
          #"{"city":"Paris",\#(named)"percent":\#(percent),"demand":3,"supply":1,"minute":29586000}"#, bench)
      }
      #expect(try await bench.get("/v1/surge").data.count == 3)
      #expect(try await bench.get("/v1/surge?pool=xl").data.count == 2)
      #expect(try await bench.get("/v1/surge?pool=usual&city=Paris").data.count == 1)
      #expect(try await bench.get("/v1/surge?pool=none").data.isEmpty)
      let all = try await bench.get("/prices", Self.html).text
      #expect(all.contains("<option>xl</option>") && all.contains("<option>usual</option>"), "\(all)")
      let usual = try await bench.get("/prices?pool=usual", Self.html).text
      #expect(usual.contains("<option selected>usual</option>") && !usual.contains("u09tvx"), "\(usual)")
    }
  }
}
