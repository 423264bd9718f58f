import EventStreams
import EventStreamsOperations
import Hummingbird

/// The events of the log, and one of them.
struct EventPages {
  let site: Site
  let deployment: Deployment
  let concealment: Concealment

  func add(to routes: inout Routes) {
    routes.get("/events", .read) { request, context in
      let query = try Query(request, known: "type", "key", "city", "from", "to", "limit", "cursor")
      let page = try await EventRoutes.events(query, deployment, context)
      return site.page(
        "events", ListModel(frame: site.frame("Events", request, context), query, page, request, site))
    }
    routes.get("/events/{shard}/{entry}", .read) { request, context in
      let text = "\(try context.parameter("shard"))/\(try context.parameter("entry"))"
      let event = try await deployment.look(for: context) { namespace, connection in
        guard let place = LogPlace(text) else { return nil as EventPage.Found? }
        return try await Inspector(namespace: namespace, connection: connection).event(at: place)
      }
      guard let event else { throw Problem.notFound("the log has no entry \(text), or has it no more") }
      let json = concealment.mask(for: context).hiding(in: event.json)
      return site.page("event", Model(frame: site.frame("Event", request, context), event, json, site))
    }
  }

  private struct ListModel: Sendable {
    struct Row: Sendable {
      let time: String
      let type: String
      let path: String
      let key: String
      let keyPath: String?
      let id: String
      let shard: Int
      let entry: String
    }

    let frame: Site.Frame
    let type: String?
    let key: String?
    let city: String?
    let from: String?
    let to: String?
    let types: [String]
    let events: [Row]
    let isEmpty: Bool
    let emptyBecause: String
    let next: String?

    init(frame: Site.Frame, _ query: Query, _ page: EventPage, _ request: Request, _ site: Site) {
      self.frame = frame
      (type, key, city, from, to) = (query["type"], query["key"], query["city"], query["from"], query["to"])
      types = site.domain.types
      events = page.events.map { event in
        Row(
          time: event.place.entryID.recordedAt.forPeople, type: event.header?.type.rawValue ?? "no event",
          path: "/events/\(event.place)", key: event.header?.key ?? "",
          keyPath: site.subjectPath(event.header, event.json), id: event.header?.id ?? "", shard: event.place.shard,
          entry: "\(event.place.entryID)")
      }
      isEmpty = events.isEmpty
      emptyBecause =
        page.next == nil
        ? "The log holds no such event." : "None of the last events is one of those; there are earlier ones."
      next = page.next.map { request.pageAddress(after: $0.description) }
    }
  }

  private struct Model: Sendable {
    let frame: Site.Frame
    let type: String
    let pairs: [Pair]
    let event: String

    init(frame: Site.Frame, _ event: EventPage.Found, _ json: [UInt8], _ site: Site) {
      self.frame = frame
      type = event.header?.type.rawValue ?? "No event"
      var pairs = [
        Pair("Recorded", event.place.entryID.recordedAt.description), Pair("Entry", "\(event.place.entryID)"),
        Pair("Shard", "\(event.place.shard)"), Pair("Topic", event.topic),
      ]
      if let header = event.header {
        pairs =
          [
            Pair("Id", header.id), Pair("Key", header.key, path: site.subjectPath(header, event.json)),
            Pair("Happened", header.timestamp.description),
          ] + pairs
        if let trace = header.traceparent { pairs.append(Pair("Trace", trace)) }
      }
      self.pairs = pairs
      self.event = json.indentedJSON
    }
  }
}
