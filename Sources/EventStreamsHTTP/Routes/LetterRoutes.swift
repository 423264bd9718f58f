import EventStreams
import EventStreamsOperations
import HTTPTypes
import HiredisClient
import Hummingbird

/// Dead letters: looking at them, counting them, having them handled again, removing them for good.
struct LetterRoutes {
  let deployment: Deployment
  let concealment: Concealment
  let record: OperatorRecord
  let operations: Operations

  func add(to routes: inout Routes) {
    routes.get("/v1/services/{service}/dead-letters", .read) { request, context in
      let query = try Query(
        request, known: "type", "key", "reason", "from", "to", "parked", "limit", "cursor")
      let (filter, limit) = (try Self.filter(query), try query.limit())
      let cursor = try query.cursor { LetterName($0) }
      let service = try context.parameter("service")
      let (page, last) = try await look(context, service) { letters in
        // Before: what comes meanwhile is not of what was looked at.
        let last = try await letters.last(service: service)
        return (try await letters.page(service: service, filter, after: cursor, limit: limit), last)
      }
      let mask = concealment.listMask(for: context)
      return JSONAnswer(ListPage(page.letters.map(mask.hiding), next: page.next) { $0.field("asOf", last.description) })
    }
    routes.get("/v1/services/{service}/dead-letters/groups", .read) { request, context in
      let query = try Query(request, known: "by")
      guard let aspect = DeadLetters.Aspect(rawValue: query["by"] ?? "reason") else {
        throw Problem.malformed("by: reason, type or key")
      }
      let service = try context.parameter("service")
      let groups = try await look(context, service) { try await $0.groups(service: service, by: aspect) }
      return JSONAnswer(
        ListPage(groups.groups, next: nil as String?) {
          $0.field("lookedAt", groups.looked)
          $0.field("total", groups.total)
          $0.field("whole", groups.isWhole)
        })
    }
    // A letter's name holds a slash: 4/1775212200000-0.
    routes.get("/v1/services/{service}/dead-letters/{shard}/{letter}", .read) { request, context in
      _ = try Query(request)
      let service = try context.parameter("service")
      let text = "\(try context.parameter("shard"))/\(try context.parameter("letter"))"
      let letter = try await look(context, service) { letters in
        guard let name = LetterName(text) else { return nil as DeadLetter? }
        return try await letters.letter(name, service: service)
      }
      guard let letter else { throw Problem.notFound("\(service) has no dead letter \(text)") }
      return JSONAnswer(concealment.mask(for: context).hiding(in: letter))
    }
    routes.post("/v1/services/{service}/dead-letters/redrive", .operate) { request, context in
      try await decide(.redrive, request, context)
    }
    routes.post("/v1/services/{service}/dead-letters/discard", .operate) { request, context in
      try await decide(.discard, request, context)
    }
  }

  static func filter(_ query: Query) throws(Problem) -> LetterFilter {
    var filter = LetterFilter()
    filter.type = query["type"]
    filter.key = query["key"]
    filter.reason = query["reason"]
    filter.from = try query.time("from")
    filter.to = try query.time("to")
    switch query["parked"] {
    case nil: break
    case "true": filter.isParked = true
    case "false": filter.isParked = false
    default: throw .malformed("parked: true or false")
    }
    return filter
  }

  func look<Value: Sendable>(
    _ context: APIContext, _ service: String, _ body: (DeadLetters) async throws -> Value
  ) async throws -> Value {
    try await deployment.look(for: context) { namespace, connection in
      try await Problem.check(service, namespace, connection)
      return try await body(DeadLetters(namespace: namespace, connection: connection))
    }
  }

  // MARK: Deciding

  private func decide(
    _ kind: LetterDecision.Kind, _ request: Request, _ context: APIContext
  ) async throws -> JSONAnswer {
    let decision = try await LetterDecision(kind, try context.parameter("service"), from: request)
    switch try await decide(decision, context) {
    case .done(let outcome): return JSONAnswer(outcome)
    case .begun(let operation):
      return JSONAnswer(operation, status: .accepted, headers: [.location: operation.location])
    }
  }

  /// Does what somebody has decided about letters, or begins to, and notes that they did.
  func decide(_ decision: LetterDecision, _ context: APIContext) async throws -> LetterDecision.Decided {
    try operations.check(decision.service)
    let letters = try await deployment.change(for: context) { namespace, connection in
      try await Problem.check(decision.service, namespace, connection)
      return try await decision.letters(of: DeadLetters(namespace: namespace, connection: connection))
    }
    let (what, which) = (decision.kind.rawValue, decision.selection.description)
    if decision.isLong(letters) {
      let operation = try operations.begin(decision, decision.units(of: letters), context)
      await record.note(what, decision.service, which, letters.count, operation: operation.id, context)
      return .begun(operation)
    }
    let outcome = try await deployment.change(for: context) { namespace, connection in
      try await decision.apply(to: letters, DeadLetters(namespace: namespace, connection: connection))
    }
    await record.note(what, decision.service, which, outcome.letters, context)
    return .done(outcome)
  }
}
