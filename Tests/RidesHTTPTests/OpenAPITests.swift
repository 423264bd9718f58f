import EventStreamsHTTP
import Foundation
import HTTPTypes
import Testing

@Suite("The OpenAPI document") struct OpenAPITests {
  @Test("names every route that is no page, with the scope that it takes, and no other")
  func routes() async throws {
    try await HTTPBench.run(withTokens: true) { bench in
      let answer = try await bench.get("/v1/openapi.json")
      #expect(answer.status == 200 && answer.object["openapi"] as? String == "3.1.0")
      let paths = try #require(answer.object["paths"] as? [String: [String: [String: Any]]])
      var documented: Set<String> = []
      for (path, operations) in paths {
        for (method, operation) in operations {
          documented.insert("\(method.uppercased()) \(path) \(operation["x-scope"] as? String ?? "everybody")")
          // What differs in the path is described.
          let names = (operation["parameters"] as? [[String: Any]] ?? []).filter { $0["in"] as? String == "path" }
            .compactMap { $0["name"] as? String }
          #expect(names == path.matches(of: /\{(\w+)\}/).map { String($0.output.1) }, "\(path)")
        }
      }
      let served = bench.routes.filter { route in
        ["/v1/", "/health/", "/metrics"].contains { route.path.hasPrefix($0) }
      }.map { "\($0.method.rawValue) \($0.path) \($0.scope?.rawValue ?? "everybody")" }
      #expect(
        Set(served).symmetricDifference(documented).isEmpty, "\(Set(served).symmetricDifference(documented).sorted())")
    }
  }
}
