import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import HTTPTypes
import HiredisClient
import Hummingbird
import RideHailing

/// Doing something: each publishes an event that asks for it, and answers where that is or, to a client that waits, what became of it.
struct ActionRoutes {
  let deployment: Deployment
  let publisher: SharedPublisher
  let books: Books
  let services: RideServices

  func add(to routes: inout Routes) {
    routes.post("/v1/rides/{id}/refunds", .accountsWrite) { request, context in
      let body = try await ActionBody(request, known: "amount", "currency", "reason")
      let (amount, reason) = (try body.optional("amount", as: Int.self), try body.reason())
      return try await correct(body, request, context, as: RideRefunded.self, done: "refunded") { ride in
        try ride.refund(of: amount, correction: body.key, reason: reason)
      } isSame: {
        $0.reason.hasSameBytes(as: reason) && (amount == nil || $0.amount == amount)
      }
    }
    routes.post("/v1/rides/{id}/adjustments", .accountsWrite) { request, context in
      let body = try await ActionBody(request, known: "total", "tip", "tolls", "taxes", "currency", "reason")
      let (total, reason): (Int, String) = (try body.required("total"), try body.reason())
      let tip: Int? = try body.optional("tip")
      let tolls: Int? = try body.optional("tolls")
      let taxes: Int? = try body.optional("taxes")
      return try await correct(body, request, context, as: FareAdjusted.self, done: "adjusted") { ride in
        try ride.adjustment(to: total, tip: tip, tolls: tolls, taxes: taxes, correction: body.key, reason: reason)
      } isSame: { known in
        guard let fare = known.newFare else { return false }
        return known.reason.hasSameBytes(as: reason) && fare.total == total
          && [(tip, fare.tip), (tolls, fare.tolls), (taxes, fare.taxes)].allSatisfy { $0 == nil || $0 == $1 }
      }
    }
    routes.post("/v1/rides/{id}/ratings", .eventsWrite) { request, context in try await rate(request, context) }
    routes.post("/v1/rides/{id}/tips", .accountsWrite) { request, context in try await tip(request, context) }
    ArrearsActions(actions: self).add(to: &routes)
    routes.post("/v1/accounts/{kind}/{id}/deposits", .accountsWrite) { request, context in
      try await move(request, context, AccountDeposited.self, done: "deposited") { _ in [] }
    }
    routes.post("/v1/accounts/{kind}/{id}/withdrawals", .accountsWrite) { request, context in
      try await move(request, context, AccountWithdrawalRequested.self, done: "withdrawn") { event in
        [
          (event.becoming(AccountWithdrawn.self).eventID, "withdrawn"),
          (event.becoming(AccountWithdrawalRefused.self).eventID, "refused"),
        ]
      }
    }
  }

  // MARK: Corrections

  private func correct<Asked: RideCorrectionStep, Approval: RideCorrectionStep>(
    _ body: ActionBody, _ request: Request, _ context: APIContext, as approval: RideCorrection<Approval>.Type,
    done: String, _ make: @Sendable (CorrectedRide) throws -> RideCorrection<Asked>,
    isSame: (RideCorrection<Asked>) -> Bool
  ) async throws -> Response {
    let ride = try context.parameter("id")
    func action(_ correction: RideCorrection<Asked>) throws -> Action {
      try Action(
        correction, services.catalog, request, service: PaymentService.name,
        outcomes: [
          (correction.becoming(approval).eventID, done),
          (CorrectionRefused.id(ofRequest: correction.eventID), "refused"),
        ], done: done)
    }
    // Sent before: the ride may stand differently by now, for that reason.
    let id = RideCorrection<Asked>.eventID(ofRide: ride, correction: body.key)
    let known = try await deployment.look(for: context) {
      try await Inspector(namespace: $0, connection: $1).events(withID: id).first
    }
    if let known {
      let correction = try RideCorrection<Asked>(ofEvent: known.json.span)
      guard isSame(correction) else { throw Problem.keyReused(body.key) }
      return try await answer(
        try action(correction), PublicationReport(id: id, place: known.place, isDuplicate: true), request, context)
    }
    let history = try await deployment.look(for: context) { namespace, connection in
      try await RideHistory.read(ride, services, namespace, connection, archive: await books.reader())
    }
    guard let current = history.ride else {
      throw Problem.notFound("no completion of ride '\(ride)' is in the log or in the archive")
    }
    if let currency: String = try body.optional("currency"), currency != current.fare.currency.code {
      throw Problem.invalid(
        JSONError(path: "currency", problem: "is \(currency), and the ride was paid in \(current.fare.currency)"))
    }
    do {
      return try await publish(try action(try make(current)), request, context)
    } catch let refused as RequestRefused {
      throw refused.isMistake
        ? Problem(.unprocessableContent, .invalidEvent, refused.description)
        : Problem(.conflict, .refused, refused.description)
    }
  }

  // MARK: Ratings

  private func rate(_ request: Request, _ context: APIContext) async throws -> Response {
    let body = try await ActionBody(request, known: "stars", "comment", "by")
    let ride = try context.parameter("id")
    let (stars, comment): (Int, String?) = (try body.required("stars"), try body.optional("comment"))
    let by = try body.optional("by", as: Rater.self) ?? .rider
    func action(_ rating: RideRated) throws -> Action {
      try Action(
        rating, services.catalog, request, service: RatingService.name,
        outcomes: [(RatingRefused.id(of: rating.eventID, saying: rating), "refused")], done: "rated")
    }
    let (known, ratings, window) = try await deployment.look(for: context) { namespace, connection in
      let state = RideState(ServiceState(namespace: namespace, connection: connection))
      let inspector = Inspector(namespace: namespace, connection: connection)
      return (
        try await inspector.events(withID: RideRated.eventID(ofRide: ride, by: by)).first,
        try await state.ratings(ofRide: ride), try await state.ratingWindow(ride)
      )
    }
    if let known {
      let rating = try RideRated(ofEvent: known.json.span)
      if rating.stars == stars, rating.comment.map({ Identifier($0) }) == comment.map({ Identifier($0) }) {
        return try await answer(
          try action(rating), PublicationReport(id: rating.eventID, place: known.place, isDuplicate: true), request,
          context)
      }
    }
    if known != nil || ratings.raters.contains(by) {
      throw Problem(.conflict, .refused, "ride '\(ride)' has been rated already by its \(by.rawValue)")
    }
    guard let window else {
      throw Problem.notFound("ride '\(ride)' can't be rated: the rating service has not seen its completion")
    }
    let rating = RideRated(
      rideID: ride, driverID: window.driverID, city: window.city, stars: stars, comment: comment, by: by,
      riderID: by == .driver ? window.riderID : nil)
    return try await publish(try action(rating), request, context)
  }

  // MARK: Tips

  private func tip(_ request: Request, _ context: APIContext) async throws -> Response {
    let body = try await ActionBody(request, known: "amount", "currency")
    let ride = try context.parameter("id")
    let amount: Int = try body.required("amount")
    let currency: String? = try body.optional("currency")
    func action(_ tip: RideTipped) throws -> Action {
      try Action(
        tip, services.catalog, request, service: PaymentService.name,
        outcomes: [
          (TipCaptured.id(ofRide: tip.rideID, tip: tip.tip), "tipped"),
          (TipRefused.id(ofRide: tip.rideID, tip: tip.tip), "refused"),
        ], done: "tipped")
    }
    let id = RideTipped.eventID(ofRide: ride, tip: body.key)
    let (known, record) = try await deployment.look(for: context) { namespace, connection in
      let state = RideState(ServiceState(namespace: namespace, connection: connection))
      return (
        try await Inspector(namespace: namespace, connection: connection).events(withID: id).first,
        try await state.payment(ride)
      )
    }
    if let known {
      let tip = try RideTipped(ofEvent: known.json.span)
      guard tip.amount == amount, currency.map({ $0 == tip.currency.code }) ?? true else {
        throw Problem.keyReused(body.key)
      }
      return try await answer(
        try action(tip), PublicationReport(id: id, place: known.place, isDuplicate: true), request, context)
    }
    guard let record else {
      throw Problem.notFound("ride '\(ride)' can't be tipped: the payment service has not seen its completion")
    }
    if let currency, currency != record.fare.currency.code {
      throw Problem.invalid(
        JSONError(path: "currency", problem: "is \(currency), and the ride was paid in \(record.fare.currency)"))
    }
    do {
      return try await publish(try action(try record.tip(ride, amount: amount, name: body.key)), request, context)
    } catch let refused as RequestRefused {
      throw Problem(.conflict, .refused, refused.description)
    }
  }

  // MARK: Accounts

  private func move<What: AccountEventKind>(
    _ request: Request, _ context: APIContext, _ type: AccountEvent<What>.Type, done: String,
    outcomes: (AccountEvent<What>) -> [(id: String, word: String)]
  ) async throws -> Response {
    let body = try await ActionBody(request, known: "city", "amount", "currency", "reason", "effectiveAt")
    let kind = try context.parameter("kind")
    guard let kind = AccountHolder.Kind(rawValue: kind) else {
      throw Problem.notFound("'\(kind)' has no account to move money on: rider or driver")
    }
    let holder = AccountHolder(kind, try context.parameter("id"))
    let currency: Currency = try body.required("currency")
    let event = AccountEvent<What>(
      holder, city: try body.required("city"), amount: Money(try body.required("amount"), currency),
      movement: body.key, reason: try body.optional("reason"))
    let action = try Action(
      event, at: try body.optional("effectiveAt") ?? .now(), services.catalog, request,
      service: kind == .rider ? PaymentService.name : DriverService.name,
      outcomes: outcomes(event) + [(event.refusalAsAnother, "refused")], done: done)
    return try await publish(action, request, context)
  }

  // MARK: Answers

  func publish(_ action: Action, _ request: Request, _ context: APIContext) async throws -> Response {
    let published = try await PublishSpan.run { span in
      span?.name([action.event])
      return try await context.measuringRedis { try await publisher.publish([action.event]) }
    }[0]
    return try await answer(action, PublicationReport(action.event, published), request, context)
  }

  private func answer(
    _ action: Action, _ report: PublicationReport, _ request: Request, _ context: APIContext
  ) async throws -> Response {
    guard let wait = request.preferredWait else {
      return JSONAnswer(report, status: .accepted, headers: [.location: report.location])
        .response(from: request, context: context)
    }
    let applied: HTTPFields = [.preferenceApplied: "wait=\(wait)", .location: report.location]
    let outcome = try await action.outcome(of: report.place, within: .seconds(wait), deployment, context)
    guard let outcome else {
      return JSONAnswer(report, status: .accepted, headers: applied).response(from: request, context: context)
    }
    return JSONAnswer(Finished(report: report, outcome: outcome), headers: applied).response(
      from: request, context: context)
  }

  private struct Finished: JSONWritable {
    let report: PublicationReport
    let outcome: Action.Outcome

    func write(to json: inout JSONWriter) {
      json.object {
        report.writeFields(to: &$0)
        $0.field("result", outcome)
      }
    }
  }
}

extension Problem {
  fileprivate static func keyReused(_ key: String) -> Problem {
    Problem(
      .unprocessableContent, .eventIDReused,
      "something else was asked for with the Idempotency-Key '\(key)': give this one of its own")
  }
}
