import EventStreams
import EventStreamsOperations
import HTTPTypes
import Hummingbird

/// What works on many dead letters, with a way to stop it, and who has done what.
struct OperationPage {
  let site: Site
  let deployment: Deployment
  let operations: OperationRoutes

  private static let shown = 50

  func add(to routes: inout Routes) {
    routes.get("/operations", .read) { request, context in
      _ = try Query(request)
      let acts = try await acts(context)
      return site.page(
        "operations",
        Model(
          frame: site.frame("Operations", request, context), operations.operations.all, acts,
          canAct: context.has(.operate)))
    }
    routes.post("/operations/{id}/stop", .operate) { _, context in
      _ = try await operations.stop(context)
      return Response(status: .seeOther, headers: [.location: "/operations"])
    }
  }

  /// What operators did last; nothing where nobody has published anything.
  private func acts(_ context: APIContext) async throws -> [EventPage.Found] {
    do {
      return try await deployment.look(for: context) {
        try await Inspector(namespace: $0, connection: $1).latest(ofTopic: OperatorActed.topic, limit: Self.shown)
      }
    } catch let problem as Problem where problem.code == .nothingPublished {
      return []
    }
  }

  private struct Model: Sendable {
    struct Row: Sendable {
      let id: String
      let what: String
      let service: String
      let path: String
      let which: String
      let who: String
      let state: String
      let isRunning: Bool
      let progress: String
      let percent: Int
      let since: String
      let note: String?
    }

    struct Act: Sendable {
      let time: String
      let who: String
      let what: String
      let target: String
      let which: String
      let count: String
      let path: String
      let request: String
    }

    let frame: Site.Frame
    let operations: [Row]
    let hasOperations: Bool
    let acts: [Act]
    let isEmpty: Bool
    let canAct: Bool

    init(frame: Site.Frame, _ operations: [Operation], _ acts: [EventPage.Found], canAct: Bool) {
      self.frame = frame
      self.canAct = canAct
      self.operations = operations.map { operation in
        Row(
          id: operation.id, what: operation.kind.rawValue, service: operation.service,
          path: "/services/\(operation.service.inAddress)/dead-letters", which: operation.which, who: operation.who,
          state: operation.state.rawValue, isRunning: operation.state == .running,
          progress:
            "\(operation.done.grouped) of \(operation.total.grouped)\(operation.maxPerSecond.map { ", \($0) a second at the most" } ?? "")",
          percent: operation.total == 0 ? 100 : operation.done * 100 / operation.total,
          since: operation.startedAt.forPeople, note: operation.note)
      }
      hasOperations = !operations.isEmpty
      self.acts = acts.compactMap { event in
        guard let act = try? OperatorActed(ofEvent: event.json.span) else { return nil }
        return Act(
          time: event.place.entryID.recordedAt.forPeople, who: act.who, what: act.what, target: act.target,
          which: act.which, count: act.count.grouped, path: "/events/\(event.place)", request: act.request)
      }
      isEmpty = self.acts.isEmpty
    }
  }
}
