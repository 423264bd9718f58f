import EventStreams
import EventStreamsOperations
import HTTPTypes
import Hummingbird
import Redis

/// Dead letters: looking at them, counting them, having them handled again, removing them for good.
struct LetterRoutes {
  let deployment: Deployment
  let mask: JSONMask
  let record: OperatorRecord

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
      return JSONAnswer(context.showsPersons ? letter : mask.hiding(in: letter))
    }
    routes.post("/v1/services/{service}/dead-letters/redrive", .operate) { request, context in
      JSONAnswer(try await decide(.redrive, request, context))
    }
    routes.post("/v1/services/{service}/dead-letters/discard", .operate) { request, context in
      JSONAnswer(try await decide(.discard, request, context))
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
      try await Problem.check(service, Inspector(namespace: namespace, connection: connection))
      return try await body(DeadLetters(namespace: namespace, connection: connection))
    }
  }

  // MARK: Deciding

  private func decide(
    _ decision: LetterDecision.Kind, _ request: Request, _ context: APIContext
  ) async throws -> LetterDecision.Outcome {
    let service = try context.parameter("service")
    let selection = try await LetterDecision.Selection(from: request)
    return try await decide(LetterDecision(kind: decision, service: service, selection: selection), context)
  }

  /// Does what somebody has decided about letters, and notes that they did.
  func decide(_ decision: LetterDecision, _ context: APIContext) async throws -> LetterDecision.Outcome {
    let outcome = try await deployment.change(for: context) { namespace, connection in
      try await Problem.check(decision.service, Inspector(namespace: namespace, connection: connection))
      return try await decision.apply(to: DeadLetters(namespace: namespace, connection: connection))
    }
    try await record.note(
      decision.kind.rawValue, decision.service, decision.selection.description, outcome.letters, context)
    return outcome
  }
}
