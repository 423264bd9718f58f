import EventStreams
import EventStreamsOperations
import HTTPTypes
import HiredisClient

/// How the services of a namespace are.
struct ServiceRoutes {
  let deployment: Deployment
  let concealment: Concealment
  /// All services as JSON. Whoever looks on a screen, or again and again, is served with what was seen a moment ago.
  private let list: SharedLook<[UInt8]>

  init(deployment: Deployment, concealment: Concealment) {
    self.deployment = deployment
    self.concealment = concealment
    list = SharedLook(for: .milliseconds(50)) {
      let status = try await deployment.look { try await Inspector(namespace: $0, connection: $1).overview() }
      return JSONWriter.bytes(of: ListPage(ServiceStatus.all(status), next: nil as String?))
    }
  }

  func add(to routes: inout Routes) {
    routes.get("/v1/services", .read) { request, context in
      _ = try Query(request)
      return JSONAnswer(json: try await context.measuringRedis { try await list.value() })
    }
    routes.get("/v1/services/{service}", .read) { request, context in
      _ = try Query(request)
      let name = try context.parameter("service")
      let status = try await overview(context)
      guard let detail = ServiceDetail(name, status) else { throw Problem.noService(name, status) }
      return JSONAnswer(detail)
    }
    routes.get("/v1/workers", .read) { request, context in
      _ = try Query(request)
      return JSONAnswer(ListPage(WorkerShards.all(try await overview(context)), next: nil as String?))
    }
    routes.get("/v1/services/{service}/pending", .read) { request, context in
      let query = try Query(request, known: "minIdle", "consumer", "key", "limit", "cursor")
      let page = try await Self.pending(Self.filter(query, context), query, deployment, context)
      return JSONAnswer(ListPage(page.entries, next: page.next))
    }
    routes.get("/v1/scheduled", .read) { request, context in
      let limit = try Query(request, known: "limit").limit()
      let (events, count) = try await deployment.look(for: context) { namespace, connection in
        let inspector = Inspector(namespace: namespace, connection: connection)
        return (try await inspector.scheduled(limit: limit), try await inspector.scheduledCount())
      }
      return JSONAnswer(ListPage(events, next: nil as String?) { $0.field("total", count) }).hidden(
        by: concealment.listMask(for: context))
    }
  }

  private func overview(_ context: APIContext) async throws -> NamespaceStatus {
    try await deployment.look(for: context) { try await Inspector(namespace: $0, connection: $1).overview() }
  }

  /// Which of a service's pending entries are asked for.
  static func filter(_ query: Query, _ context: APIContext) throws -> Inspector.PendingFilter {
    var filter = Inspector.PendingFilter(service: try context.parameter("service"))
    filter.minIdle = .seconds(try query.integer("minIdle", in: 0...1_000_000_000) ?? 0)
    filter.consumer = query["consumer"]
    filter.key = query["key"]
    return filter
  }

  /// The part of them that is asked for.
  static func pending(
    _ filter: Inspector.PendingFilter, _ query: Query, _ deployment: Deployment, _ context: APIContext
  ) async throws -> Inspector.PendingPage {
    let (limit, cursor) = (try query.limit(), try query.cursor { PendingPlace($0) })
    return try await deployment.look(for: context) { namespace, connection in
      let inspector = Inspector(namespace: namespace, connection: connection)
      try await Problem.check(filter.service, namespace, connection)
      return try await inspector.pending(filter, after: cursor, limit: limit)
    }
  }
}

/// One service, over all shards and in each.
struct ServiceDetail: JSONWritable {
  let status: ServiceStatus
  let shards: [GroupStatus]

  init?(_ name: String, _ status: NamespaceStatus) {
    guard let found = ServiceStatus.all(status).first(where: { $0.service.hasSameBytes(as: name) }) else { return nil }
    self.status = found
    shards = status.groups.filter { $0.service.hasSameBytes(as: name) }
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("status", status)
      $0.field("shards", shards)
    }
  }
}

/// What a worker has.
struct WorkerShards: JSONWritable {
  let worker: String
  let service: String
  let shards: [Int]

  static func all(_ status: NamespaceStatus) -> [WorkerShards] {
    var found: [WorkerShards] = []
    for service in status.allServices {
      let groups = status.groups.filter { $0.service.hasSameBytes(as: service) && $0.owner != nil }
      for (owner, owned) in Dictionary(grouping: groups, by: { Identifier($0.owner ?? "") }).sorted(by: {
        $0.key < $1.key
      }) {
        found.append(WorkerShards(worker: owner.text, service: service, shards: owned.map(\.shard)))
      }
    }
    return found
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("worker", worker)
      $0.field("service", service)
      $0.field("shards", shards)
    }
  }
}

extension Problem {
  static func noService(_ name: String, _ status: NamespaceStatus) -> Problem {
    .notFound("there is no service '\(name)'; there are \(status.allServices.joined(separator: ", "))")
  }

  /// Refuses a name that no service has.
  static func check(_ service: String?, _ namespace: Namespace, _ connection: Connection) async throws {
    guard let service else { return }
    // Those that the namespace is for are known without a look at any of them.
    let listed = try await namespace.services(on: connection)
    if listed.contains(where: { $0.service.hasSameBytes(as: service) }) { return }
    let status = try await Inspector(namespace: namespace, connection: connection).overview()
    guard Set(names: status.allServices).contains(service) else { throw noService(service, status) }
  }
}
