import EventStreams
import Foundation
import HTTPTypes
import RedisTestSupport
import Testing

@Suite("Reports over HTTP") struct ReportTests {
  @Test("are JSON, or CSV for who asks for that, and sent once to who has them already")
  func forms() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.get("/v1/analytics/days").status == 404)
      for (ride, total) in [("r-1", 1230), ("r-2", 2000)] {
        #expect(try await bench.post("/v1/events", HTTPBench.completed(ride, total: total)).status == 201)
      }
      try await bench.working("analytics", "payment", "driver") {
        try await eventually("both are stored") {
          try await bench.get("/v1/analytics/days").text.contains(#""rides":2"#)
        }
      }
      let days = try await bench.get("/v1/analytics/days")
      #expect(days.data.first?["revenue"] as? Int == 3230, "\(days.text)")
      let tag = try #require(days.headers[.eTag])
      let again = try await bench.get("/v1/analytics/days", [.ifNoneMatch: tag])
      #expect(again.status == 304 && again.text.isEmpty)
      let csv = try await bench.get("/v1/analytics/days", [.accept: "text/csv"])
      #expect(csv.headers[.contentType]?.hasPrefix("text/csv") == true && csv.headers[.eTag] != tag)
      let lines = csv.text.split(separator: "\r\n")
      #expect(lines.count == 2 && lines[0].hasPrefix("day,currency,rides,revenue") && lines[1].contains(",EUR,2,3230,"))
      #expect(try await bench.get("/v1/analytics/days?city=Rome").data.isEmpty)
      #expect(try await bench.get("/v1/analytics/days?from=2026-05-01&to=2026-04-01").status == 400)
      let types = try await bench.get("/v1/archive").data
      #expect(types.contains { $0["type"] as? String == "RIDE_COMPLETED" && $0["events"] as? Int == 2 }, "\(types)")
      let page = try await bench.get("/analytics", [.accept: "text/html"])
      #expect(page.status == 200 && page.text.contains("32.30"), "\(page.text)")
      // What the archive holds, and what the log still has: both rides are there, and none was removed.
      let archive = try await bench.get("/archive", [.accept: "text/html"])
      #expect(archive.text.contains(#"<td>RIDE_COMPLETED</td><td class="num">2</td>"#), "\(archive.text)")
      #expect(archive.text.contains(#"<td>rides</td><td class="num">2</td><td class="num">0</td>"#), "\(archive.text)")
    }
  }

  @Test("a driver's month adds up, and a month is one")
  func statements() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      try await bench.working("payment", "driver") {
        try await eventually("it is earned") {
          try await bench.get("/v1/drivers/d-5/statements/2026-04").status == 200
        }
      }
      let month = try #require(try await bench.get("/v1/drivers/d-5/statements/2026-04").data.first)
      #expect(month["trips"] as? Int == 1 && month["currency"] as? String == "EUR", "\(month)")
      #expect(try await bench.get("/v1/drivers/d-5/statements/2026-13").status == 400)
      #expect(try await bench.get("/v1/drivers/nobody/statements/2026-04").status == 404)
    }
  }
}
