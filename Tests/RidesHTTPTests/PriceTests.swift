import EventStreams
import Foundation
import HTTPTypes
import HiredisClient
import Testing

@Suite("Prices over HTTP") struct PriceTests {
  private static let html: HTTPFields = [.accept: "text/html"]
  /// In Paris, side by side; and in Rome.
  private static let cells = [("u09tvq", "Paris", 150), ("u09tvr", "Paris", 240), ("sr2ykk", "Rome", 130)]

  @Test("are those of the cells that a box touches, or of a city; and a box that is none is refused")
  func boxes() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      for (cell, city, percent) in Self.cells {
        _ = try await bench.connection.call(
          "HSET", "rides:{0}:surge:prices", "\(cell)/0//\(city)",
          #"{"city":"\#(city)","percent":\#(percent),"demand":9,"supply":3,"minute":29600000}"#)
      }
      func found(_ query: String) async throws -> [String] {
        let answer = try await bench.get("/v1/surge\(query)")
        #expect(answer.status == 200, "\(answer.text)")
        return answer.data.compactMap { $0["cell"] as? String }
      }
      #expect(try await found("") == ["u09tvr", "u09tvq", "sr2ykk"])
      #expect(try await found("?city=paris") == ["u09tvr", "u09tvq"])
      #expect(try await found("?bbox=2.2,48.8,2.5,48.9") == ["u09tvr", "u09tvq"])
      #expect(try await found("?bbox=12.4,41.8,12.6,42.0") == ["sr2ykk"])
      #expect(try await found("?bbox=12.4,41.8,12.6,42.0&city=Paris") == [])
      #expect(try await found("?bbox=-180,-90,180,90&limit=1") == ["u09tvr"])
      for wrong in ["2.2,48.8,2.5", "2.5,48.8,2.2,48.9", "2.2,48.9,2.5,48.8", "a,b,c,d", "nan,0,1,1"] {
        let answer = try await bench.get("/v1/surge?bbox=\(wrong)")
        #expect(answer.status == 400 && answer.code == "malformed", "\(wrong): \(answer.text)")
      }
    }
  }

  @Test("are on the map as they are now, and as they were up to an hour ago where the slider says so")
  func slider() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      let now = Timestamp.now().microsecondsSinceEpoch / 1000
      // What the log told of half an hour and of ten minutes ago.
      for (minutes, percent) in [(30, 170), (10, 210)] {
        let time = now - Int64(minutes) * 60_000
        let event =
          #"{"id":"SURGE_UPDATED:Paris:\#(time / 60_000)","type":"SURGE_UPDATED","timestamp":"\#(Timestamp(millisecondsSinceEpoch: time))","key":"Paris","version":2,"data":{"city":"Paris","minute":\#(time / 60_000),"cells":[{"cell":"u09tvq","multiplierPercent":\#(percent),"demand":9,"supply":3}]}}"#
        _ = try await bench.connection.call("XADD", "rides:{0}:log:surge", "\(time)-0", "event", event)
      }
      _ = try await bench.connection.call(
        "HSET", "rides:{0}:surge:prices", "u09tvq/0//Paris",
        #"{"city":"Paris","percent":120,"demand":9,"supply":3,"minute":\#(now / 60_000)}"#)
      func shown(_ ago: Int) async throws -> [String] {
        let page = try await bench.get("/prices?ago=\(ago)", Self.html)
        #expect(
          page.status == 200 && page.text.contains(#"name="ago" min="0" max="60" value="\#(ago)""#), "\(page.text)")
        // In the map and in the table.
        return page.text.matches(of: /<text x="\d+" y="\d+">([0-9.]+)</).map { String($0.output.1) }
      }
      #expect(try await shown(0) == ["1.2"])
      #expect(try await shown(5) == ["2.1"])
      #expect(try await shown(20) == ["1.7"])
      #expect(try await shown(45) == [])
      #expect(try await bench.get("/prices?ago=45", Self.html).text.contains("no change of a price before"))
      for wrong in ["61", "-1", "soon"] {
        #expect(try await bench.get("/prices?ago=\(wrong)", Self.html).status == 400)
      }
    }
  }
}
