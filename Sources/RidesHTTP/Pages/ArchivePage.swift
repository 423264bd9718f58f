import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import Hummingbird
import RideHailing

/// What is kept for good, and how much of it the log still holds.
struct ArchivePage {
  let site: Site
  let deployment: Deployment
  let reports: ReportRoutes
  /// The service that archives.
  let service: String

  func add(to routes: inout Routes) {
    routes.get("/archive", .read) { request, context in
      _ = try Query(request)
      let status = try await deployment.look(for: context) {
        try await Inspector(namespace: $0, connection: $1).overview()
      }
      let frame = site.frame("Archive", request, context)
      let service = ServiceStatus.all(status).first { $0.service.hasSameBytes(as: self.service) }
      do {
        let contents = try await reports.books.reports().contents()
        return site.page("archive", Model(frame: frame, status, service, contents, isMissing: nil))
      } catch let problem as Problem where problem.code == .notFound {
        return site.page("archive", Model(frame: frame, status, service, nil, isMissing: problem.detail))
      }
    }
  }

  private struct Model: Sendable {
    struct Kind: Sendable {
      let name: String
      let count: String
    }

    struct Topic: Sendable {
      let name: String
      let held: String
      let removed: String
      let added: String
    }

    let frame: Site.Frame
    let figures: [Figure]
    let types: [Kind]
    let hasTypes: Bool
    let isMissing: String?
    let topics: [Topic]

    init(
      frame: Site.Frame, _ status: NamespaceStatus, _ service: ServiceStatus?, _ contents: ArchiveContents?,
      isMissing: String?
    ) {
      self.frame = frame
      self.isMissing = isMissing
      let archived = contents.map { $0.types.reduce(0) { $0 + $1.events } }
      figures = [
        Figure("Archived events", archived?.grouped ?? "–"), Figure("From", contents?.first?.forPeople ?? "–"),
        Figure("To", contents?.last?.forPeople ?? "–"),
        Figure(
          "Behind the log", service.map { $0.lagTime == .zero ? "0 s" : $0.lagTime.short } ?? "–",
          isAlarm: service.map { $0.lagTime > .seconds(60) } ?? false,
          path: service.map { "/services/\($0.service.inAddress)" }),
      ]
      types = (contents?.types ?? []).map {
        Kind(name: $0.type.isEmpty ? "no event" : $0.type, count: $0.events.grouped)
      }
      hasTypes = !types.isEmpty
      topics = Dictionary(grouping: status.shards.flatMap(\.topics)) { Identifier($0.topic) }
        .sorted { $0.key < $1.key }.map { name, shards in
          let (held, added) = (shards.reduce(0) { $0 + $1.length }, shards.reduce(0) { $0 + $1.added })
          return Topic(
            name: name.text, held: held.grouped, removed: max(0, added - held).grouped, added: added.grouped)
        }
    }
  }
}
