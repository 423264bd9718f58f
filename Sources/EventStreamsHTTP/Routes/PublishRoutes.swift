import EventStreams
import HTTPTypes
import Hummingbird
import NIOCore

/// Publishing events over HTTP: one as JSON or as a CloudEvent, or any number of them, one a line.
struct PublishRoutes {
  let catalog: EventCatalog
  let publisher: SharedPublisher
  let deployment: Deployment

  private static let types =
    "application/json, application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson"

  func add(to routes: inout Routes) {
    routes.post("/v1/events", .eventsWrite) { request, context in
      switch request.mediaType {
      case let type where LinePublication.types.contains(type):
        let lines = LinePublication(catalog: catalog, publisher: publisher)
        guard try Self.wantsAll(request) else { return try await lines.publish(request, context) }
        // While there is a status to say it with.
        try await HealthRoutes(deployment: deployment).checkReadiness(context)
        return lines.publishReporting(request, context)
      case "application/cloudevents-batch+json":
        return try await batch(request, context).response(from: request, context: context)
      case "application/cloudevents+json", "application/json":
        return try await one(request, context).response(from: request, context: context)
      case let type where request.headers[.ceID] != nil:
        // Binary mode: the type is the data's, and that is always JSON here.
        throw Problem(
          .unsupportedMediaType, .unsupportedMediaType, "the data of a CloudEvent is application/json here, not \(type)"
        )
        .with(.acceptPost, Self.types)
      case let type:
        throw Problem(
          .unsupportedMediaType, .unsupportedMediaType,
          type.isEmpty
            ? "say what the body is: Content-Type: application/json"
            : "bodies of \(type) are not taken; send \(Self.types)"
        ).with(.acceptPost, Self.types)
      }
    }
  }

  private static func wantsAll(_ request: Request) throws(Problem) -> Bool {
    let report = try Query(request, known: "report")["report"]
    guard report == nil || report == "all" else {
      throw .malformed("report: all, or nothing for what was refused only")
    }
    return report == "all"
  }

  // MARK: One

  private func one(_ request: Request, _ context: APIContext) async throws -> JSONAnswer {
    _ = try Query(request)
    let body = try await request.bytes(upTo: ServerSettings.Limit.eventBody)
    let (event, published) = try await PublishSpan.run { span in
      let event = try PublishedForm(request).event(in: body, catalog)
      span?.name([event])
      return (event, try await publish([event], context)[0])
    }
    let report = try PublicationReport(event, published)
    if published.isDuplicate { return JSONAnswer(report) }
    return JSONAnswer(report, status: .created, headers: [.location: report.location])
  }

  private func publish(_ events: [EncodedEvent], _ context: APIContext) async throws -> [PublishedEvent] {
    try await context.redisTime.measure { try await publisher.publish(events) }
  }

  // MARK: A batch of CloudEvents

  private func batch(_ request: Request, _ context: APIContext) async throws -> JSONAnswer {
    _ = try Query(request)
    let body = try await request.bytes(upTo: ServerSettings.Limit.eventBody)
    var events: [EncodedEvent?] = []
    var reports: [BatchReport] = []
    for document in try CloudEvent.documents(in: body) {
      do {
        events.append(try CloudEvent.structured(document, in: request.trace).read(catalog))
        reports.append(BatchReport())
      } catch {
        events.append(nil)
        reports.append(BatchReport(problem: Problem(error)))
      }
    }
    let readable = events.indices.filter { events[$0] != nil }
    let published = try await PublishSpan.run { [events] span in
      let events = events.compactMap(\.self)
      span?.name(events)
      return try await publish(events, context)
    }
    for (index, published) in zip(readable, published) {
      guard let event = events[index] else { continue }
      do { reports[index].report = try PublicationReport(event, published) } catch {
        reports[index].problem = Problem(error)
      }
    }
    return JSONAnswer(reports)
  }

  private struct BatchReport: JSONWritable {
    var report: PublicationReport?
    var problem: Problem?

    func write(to json: inout JSONWriter) {
      json.object {
        if let problem {
          $0.field("status", problem.status.code)
          $0.field("code", problem.code.rawValue)
          $0.field("detail", problem.detail)
          $0.field("errors", problem.errors)
        } else {
          $0.field("status", report?.isDuplicate == true ? 200 : 201)
          report?.writeFields(to: &$0)
        }
      }
    }
  }
}
