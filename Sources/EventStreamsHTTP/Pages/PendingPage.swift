import EventStreams
import EventStreamsOperations
import Hummingbird

/// What was delivered to a service and is not acknowledged.
struct PendingPage {
  let site: Site
  let deployment: Deployment

  func add(to routes: inout Routes) {
    routes.get("/services/{service}/pending", .read) { request, context in
      let query = try Query(request, known: "minIdle", "consumer", "key", "limit", "cursor")
      let filter = try ServiceRoutes.filter(query, context)
      let page = try await ServiceRoutes.pending(filter, query, deployment, context)
      let frame = site.frame("Pending entries of \(filter.service ?? "")", request, context)
      return site.page("pending", Model(frame: frame, filter.service ?? "", filter, query, page, request, site))
    }
  }

  private struct Model: Sendable {
    struct Row: Sendable {
      let type: String
      let key: String
      let keyPath: String?
      let entry: String
      let topic: String
      let shard: Int
      let worker: String
      let idle: String
      let deliveries: Int
      let error: String?
      let retryAt: String?
    }

    let frame: Site.Frame
    let name: String
    let path: String
    let minIdle: String?
    let consumer: String?
    let key: String?
    let isFiltered: Bool
    let entries: [Row]
    let isEmpty: Bool
    let next: String?

    init(
      frame: Site.Frame, _ service: String, _ filter: Inspector.PendingFilter, _ query: Query,
      _ page: Inspector.PendingPage, _ request: Request, _ site: Site
    ) {
      self.frame = frame
      name = service
      path = "/services/\(service.inAddress)"
      minIdle = query["minIdle"]
      consumer = filter.consumer
      key = filter.key
      isFiltered = minIdle != nil || consumer != nil || key != nil
      entries = page.entries.map { entry in
        Row(
          type: entry.header?.type.rawValue ?? "?", key: entry.header?.key ?? "?",
          keyPath: site.subjectPath(entry.header, []), entry: "\(entry.entryID)", topic: entry.topic,
          shard: entry.shard, worker: entry.consumer, idle: entry.idle.short, deliveries: entry.deliveries,
          error: entry.failures?.lastError, retryAt: entry.failures.flatMap { $0.retryAt?.forPeople })
      }
      isEmpty = entries.isEmpty
      next = page.next.map { request.pageAddress(after: $0.description) }
    }
  }
}

extension Request {
  /// The address of the same page of a list, from a place on.
  package func pageAddress(after place: String) -> String {
    let others = (uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") && !$0.hasPrefix("done=") }
    return "\(uri.path)?\((others.map(String.init) + ["cursor=\(Cursor.text(of: place))"]).joined(separator: "&"))"
  }
}
