import EventStreams
import EventStreamsOperations
import HTTPTypes
import Hummingbird

/// Finds anything by its id.
struct SearchRoutes {
  let site: Site
  let deployment: Deployment

  func add(to routes: inout Routes) {
    routes.get("/v1/search", .read) { request, context in
      guard let text = try Query(request, known: "q")["q"] else { throw Problem.malformed("q: what is looked for") }
      return JSONAnswer(ListPage(try await find(text, context), next: nil as String?))
    }
    routes.get("/search", .read) { request, context in
      let text = (try Query(request, known: "q")["q"] ?? "").split(separator: " ").joined(separator: " ")
      let hits = text.isEmpty ? [] : try await find(text, context)
      if hits.count == 1 { return Response(status: .seeOther, headers: [.location: hits[0].path]) }
      return site.page(
        "search", Model(frame: site.frame("Find", request, context), query: text, hits: hits, isEmpty: hits.isEmpty))
    }
  }

  private struct Model: Sendable {
    let frame: Site.Frame
    let query: String
    let hits: [SearchHit]
    let isEmpty: Bool
  }

  private func find(_ text: String, _ context: APIContext) async throws -> [SearchHit] {
    let hits = try await deployment.look(for: context) { namespace, connection in
      let inspector = Inspector(namespace: namespace, connection: connection)
      var hits: [SearchHit] = []
      let status = try await inspector.overview()
      for service in status.allServices where service.hasSameBytes(as: text) {
        hits.append(SearchHit("service", service, path: "/services/\(service.inAddress)"))
      }
      let owned = status.groups.filter { $0.owner?.hasSameBytes(as: text) == true }.map(\.service)
      for service in Set(names: owned).sorted() {
        hits.append(SearchHit("worker of \(service)", text, path: "/services/\(service.text.inAddress)"))
      }
      for event in try await inspector.events(withID: text) {
        hits.append(SearchHit("event", event.header?.id ?? text, path: "/events/\(event.place)"))
      }
      // An entry's id, with or without its shard, and a letter's look alike.
      let places =
        LogPlace(text).map { [$0] } ?? EntryID(text).map { id in
          text.contains("-") ? namespace.shards.map { LogPlace(entryID: id, shard: $0) } : []
        } ?? []
      for place in places {
        if try await inspector.event(at: place) != nil {
          hits.append(SearchHit("entry of the log", "\(place)", path: "/events/\(place)"))
        }
      }
      guard !places.isEmpty else { return hits }
      let dead = DeadLetters(namespace: namespace, connection: connection)
      for service in status.allServices {
        for letter in try await dead.candidates(text, service: service) {
          hits.append(
            SearchHit(
              "dead letter of \(service)", "\(letter.name)",
              path: "/services/\(service.inAddress)/dead-letters/\(letter.name)"))
        }
      }
      return hits
    }
    return try await site.domain.search(text, context) + hits
  }
}
