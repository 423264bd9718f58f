import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import HTTPTypes
import Hummingbird
import RideHailing

/// What can be done about what riders owe.
struct ArrearsActions {
  let actions: ActionRoutes

  func add(to routes: inout Routes) {
    routes.post("/v1/rides/{id}/write-offs", .accountsWrite) { request, context in
      try await writeOff(request, context)
    }
    routes.post("/v1/riders/{id}/cards", .accountsWrite) { request, context in try await change(request, context) }
  }

  private func writeOff(_ request: Request, _ context: APIContext) async throws -> Response {
    let body = try await ActionBody(request, known: "reason")
    let (ride, reason) = (try context.parameter("id"), try body.reason())
    let record = try await actions.deployment.look(for: context) { namespace, connection in
      try await RideState(ServiceState(namespace: namespace, connection: connection)).payment(ride)
    }
    guard let record else { throw Problem.notFound("nothing is known to be owed for ride '\(ride)'") }
    let asked = record.writeOff(ride, reason: reason, name: body.key)
    return try await actions.publish(
      try Action(
        asked, actions.services.catalog, request, service: PaymentService.name,
        outcomes: [
          (PaymentWrittenOff.id(ofRide: ride, cause: asked.eventID), "writtenOff"),
          (WriteOffRefused.id(ofRequest: asked.eventID), "refused"),
        ], done: "handled"), request, context)
  }

  private func change(_ request: Request, _ context: APIContext) async throws -> Response {
    let body = try await ActionBody(request, known: "city", "card")
    let changed = CardChanged(
      riderID: try context.parameter("id"), city: try body.required("city"), card: try body.required("card"),
      change: body.key)
    return try await actions.publish(
      try Action(
        changed, actions.services.catalog, request, service: PaymentService.name, outcomes: [], done: "changed"),
      request, context)
  }
}
