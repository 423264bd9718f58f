import EventStreams
import EventStreamsOperations
import HTTPTypes
import HiredisClient

/// The events of the log.
struct EventRoutes {
  let deployment: Deployment
  let concealment: Concealment

  func add(to routes: inout Routes) {
    routes.get("/v1/events", .read) { request, context in
      let query = try Query(request, known: "type", "key", "city", "from", "to", "limit", "cursor")
      let page = try await Self.events(query, deployment, context)
      return JSONAnswer(ListPage(page.events, next: page.next)).hidden(by: concealment.listMask(for: context))
    }
    routes.get("/v1/events/{id}", .read) { request, context in
      _ = try Query(request)
      let id = try context.parameter("id")
      let found = try await deployment.look(for: context) {
        try await Inspector(namespace: $0, connection: $1).events(withID: id)
      }
      guard let event = found.first else {
        throw Problem.notFound(
          "no event '\(id)' is remembered: it was published more than a day ago, or never, or was trimmed")
      }
      return JSONAnswer(event).hidden(by: concealment.mask(for: context))
    }
  }

  /// The part of the events that is asked for.
  static func events(_ query: Query, _ deployment: Deployment, _ context: APIContext) async throws -> EventPage {
    let (filter, limit) = (try filter(query), try query.limit())
    let cursor = try query.cursor { LogPlace($0) }
    return try await deployment.look(for: context) {
      try await Inspector(namespace: $0, connection: $1).events(filter, before: cursor, limit: limit)
    }
  }

  private static func filter(_ query: Query) throws(Problem) -> EventFilter {
    var filter = EventFilter()
    filter.type = query["type"]
    filter.key = query["key"]
    filter.city = query["city"]
    filter.from = try query.time("from")
    filter.to = try query.time("to")
    return filter
  }
}
