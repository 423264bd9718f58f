import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import RideHailing

/// What fares are multiplied by, cell by cell.
struct SurgeRoutes {
  let deployment: Deployment

  func add(to routes: inout Routes) {
    routes.get("/v1/surge", .read) { request, context in
      let query = try Query(request, known: "city", "limit")
      let (city, limit) = (query["city"], try query.limit())
      let cells = try await deployment.look(for: context) { namespace, connection in
        try await RideState(ServiceState(namespace: namespace, connection: connection)).cells(of: city)
      }
      return JSONAnswer(ListPage(Array(cells.prefix(limit)), next: nil as String?) { $0.field("total", cells.count) })
    }
  }
}
