import EventStreams
import EventStreamsOperations
import Hummingbird

/// How one service is, and in which shards.
struct ServicePage {
  let site: Site
  let sampler: Sampler

  func add(to routes: inout Routes) {
    routes.get("/services/{service}", .read) { request, context in
      let name = try context.parameter("service")
      let (sample, flow) = await sampler.latest(for: context)
      guard let status = sample.status else { throw sample.trouble?.problem ?? .notFound() }
      guard let detail = ServiceDetail(name, status) else { throw Problem.noService(name, status) }
      let frame = site.frame(name, request, context, trouble: sample.troubleText)
      return site.page("service", Model(frame: frame, detail, flow.curve(of: name)))
    }
  }

  private struct Model: Sendable {
    struct Row: Sendable {
      let shard: Int
      let owner: String?
      let lease: String
      let lag: String
      let behind: String
      let pending: String
      let retrying: String
      let dead: String
      let unsent: String
      let position: String
      let problem: String?
    }

    let frame: Site.Frame
    let name: String
    let path: String
    let state: String
    let reason: String?
    let figures: [Figure]
    let warnings: [String]
    let hasWarnings: Bool
    let shards: [Row]
    let isEmpty: Bool

    init(frame: Site.Frame, _ detail: ServiceDetail, _ curve: Flow.Curve?) {
      let status = detail.status
      self.frame = frame
      name = status.service
      path = "/services/\(name.inAddress)"
      state = status.condition.state.rawValue
      reason = status.condition.reason
      figures = [
        Figure(
          "Behind", status.lagTime == .zero ? "0 s" : status.lagTime.short, isAlarm: status.lagTime > .seconds(60)),
        Figure("Not delivered", status.lag.grouped),
        Figure("Handled", curve?.rate.perSecond ?? "–"),
        Figure("Pending", status.pending.grouped, path: "\(path)/pending"),
        Figure("Retrying", status.retrying.grouped),
        Figure(
          "Dead letters", status.dead.grouped,
          unit: status.parked > 0 ? "\(status.parked.grouped) of them parked" : nil, isAlarm: status.dead > 0,
          path: "\(path)/dead-letters"),
      ]
      warnings = status.warnings
      hasWarnings = !warnings.isEmpty
      shards = detail.shards.map { group in
        Row(
          shard: group.shard, owner: group.owner, lease: group.leaseRemaining?.short ?? "–", lag: group.lag.grouped,
          behind: group.lagTime == .zero ? "0" : group.lagTime.short, pending: group.pending.grouped,
          retrying: group.retrying.grouped, dead: group.dead.grouped, unsent: group.unsent.grouped,
          position: (group.historyPosition ?? group.lastDelivered).description, problem: group.problem)
      }
      isEmpty = shards.isEmpty
    }
  }
}
