import EventStreams
import EventStreamsOperations
import Foundation
import HTTPTypes
import Hummingbird

/// The dead letters of a service: by what is wrong with them, one by one, and what is decided about them.
struct LetterPages {
  let site: Site
  let letters: LetterRoutes

  func add(to routes: inout Routes) {
    routes.get("/services/{service}/dead-letters", .read) { request, context in try await list(request, context) }
    routes.get("/services/{service}/dead-letters/{shard}/{letter}", .read) { request, context in
      let service = try context.parameter("service")
      let text = "\(try context.parameter("shard"))/\(try context.parameter("letter"))"
      let letter = try await letters.look(context, service) { dead in
        guard let name = LetterName(text) else { return nil as DeadLetter? }
        return try await dead.letter(name, service: service)
      }
      guard let letter else {
        throw Problem.notFound("\(service) has no dead letter \(text): it was handled or discarded")
      }
      let shown = letters.concealment.mask(for: context).hiding(in: letter)
      return site.page(
        "letter", LetterModel(frame: site.frame(text, request, context), shown, site, canAct: context.mayDecide))
    }
    routes.post("/services/{service}/dead-letters", .operate) { request, context in try await decide(request, context) }
  }

  // MARK: The list

  private func list(_ request: Request, _ context: APIContext) async throws -> Response {
    let query = try Query(
      request, known: "type", "key", "reason", "from", "to", "parked", "limit", "cursor", "by", "done")
    let (filter, limit) = (try LetterRoutes.filter(query), try query.limit())
    let cursor = try query.cursor { LetterName($0) }
    let service = try context.parameter("service")
    let aspect = DeadLetters.Aspect(rawValue: query["by"] ?? "reason") ?? .reason
    let (page, last, groups) = try await letters.look(context, service) { dead in
      let last = try await dead.last(service: service)
      let page = try await dead.page(service: service, filter, after: cursor, limit: limit)
      let isFirst = filter.isOfAll && cursor == nil
      return (page, last, isFirst ? try await dead.groups(service: service, by: aspect) : nil)
    }
    let model = ListModel(
      frame: site.frame("Dead letters of \(service)", request, context), service, query, page, last: last,
      groups.map { ($0, aspect) }, request, site, canAct: context.mayDecide)
    return site.page("letters", model)
  }

  // MARK: Deciding

  private func decide(_ request: Request, _ context: APIContext) async throws -> Response {
    let service = try context.parameter("service")
    let form = try Form(try await request.bytes(upTo: ServerSettings.Limit.line))
    guard let kind = form["act"].flatMap({ LetterDecision.Kind(rawValue: $0) }) else {
      throw Problem.malformed("act: redrive or discard")
    }
    if kind == .discard, form["confirm"]?.hasSameBytes(as: service) != true {
      throw Problem(
        .unprocessableContent, .refused,
        "discarded events are never handled: nothing was done, as the name of the service, \(service), was not typed. Go back, and type it"
      )
    }
    let decision = LetterDecision(
      kind: kind, service: service, selection: try Self.selection(form), maxPerSecond: try Self.rate(form))
    let place: String
    switch try await letters.decide(decision, context) {
    case .begun: place = "/operations"
    case .done(let outcome):
      let done =
        kind == .redrive
        ? "The letters of \(outcome.keys) keys will be handled again, in order."
        : "\(outcome.letters) letters were discarded."
      place = "/services/\(service.inAddress)/dead-letters?done=\(done.inAddress)"
    }
    return Response(status: .seeOther, headers: [.location: place])
  }

  private static func rate(_ form: Form) throws -> Int? {
    guard let text = form["maxPerSecond"] else { return nil }
    guard let rate = Int(text), (1...1_000_000).contains(rate) else {
      throw Problem.malformed("maxPerSecond: '\(text)' is no whole number from 1 to 1000000")
    }
    return rate
  }

  private static func selection(_ form: Form) throws -> LetterDecision.Selection {
    guard form["all"] == "yes" else {
      let names = form.all("id").compactMap { LetterName($0) }
      guard !names.isEmpty else {
        throw Problem(
          .unprocessableContent, .refused, "no letter is selected: nothing was done. Go back, and select some")
      }
      return .names(names)
    }
    guard let last = form["asOf"].flatMap({ EntryID($0) }) else { throw Problem.malformed("asOf: is missing") }
    let filter = try LetterRoutes.filter(
      Query(
        text: form["query"] ?? "", known: "type", "key", "reason", "from", "to", "parked", "limit", "cursor", "by",
        "done"))
    // As of when the page was drawn: what came later has not been seen.
    return .matching(filter, through: last, expected: nil)
  }
}

extension APIContext {
  /// True if whoever asks may decide about dead letters.
  fileprivate var mayDecide: Bool { has(.operate) }
}
