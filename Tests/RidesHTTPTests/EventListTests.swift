import Foundation
import HTTPTypes
import Testing

@Suite("The list of events over HTTP") struct EventListTests {
  @Test("is chosen by city, as the page of events is")
  func city() async throws {
    try await HTTPBench.run { bench in
      for number in 0..<9 {
        let city = ["Paris", "Rome", "Oslo"][number % 3]
        let answer = try await bench.post("/v1/events", HTTPBench.completed("r-\(number)", city: city))
        #expect(answer.status == 201)
      }
      func rides(_ query: String) async throws -> [String] {
        let list = try await bench.get("/v1/events?\(query)")
        return list.data.compactMap { ($0["event"] as? [String: Any])?["key"] as? String }.sorted()
      }
      #expect(try await rides("city=Rome") == ["r-1", "r-4", "r-7"])
      #expect(try await rides("city=Rome&key=r-4&type=RIDE_COMPLETED") == ["r-4"])
      #expect(try await rides("city=rome").isEmpty)
      #expect(try await rides("").count == 9)
      let page = try await bench.get("/events?city=Oslo", [.accept: "text/html"])
      #expect(
        page.text.contains("r-8") && !page.text.contains("r-7") && page.text.contains(#"value="Oslo""#), "\(page.text)")
    }
  }
}
