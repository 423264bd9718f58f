import EventStreams
import EventStreamsOperations
import Hummingbird

/// How one service is, and in which shards.
struct ServicePage {
  let site: Site
  let sampler: Sampler
  let deployment: Deployment
  /// What workers in this process measure.
  let registry: PrometheusRegistry?

  func add(to routes: inout Routes) {
    routes.get("/services/{service}", .read) { request, context in
      let name = try context.parameter("service")
      let (sample, flow) = await sampler.latest(for: context)
      guard let status = sample.status else { throw sample.trouble?.problem ?? .notFound() }
      guard let detail = ServiceDetail(name, status) else { throw Problem.noService(name, status) }
      let frame = site.frame(name, request, context, trouble: sample.troubleText)
      // What is known of before is shown while nothing can be seen, but not what stands in no sample.
      let isBroken = detail.status.dead > 0 || detail.status.retrying > 0
      let errors =
        sample.trouble == nil && isBroken
        ? try await deployment.look(for: context) {
          try await Inspector(namespace: $0, connection: $1).errors(of: name)
        } : nil
      return site.page("service", Model(frame: frame, detail, flow.curve(of: name), durations(name), errors))
    }
  }

  /// How long it takes, where its workers run in this process.
  private func durations(_ name: String) -> [Pair] {
    func pair(_ title: String, _ metric: String) -> Pair? {
      guard let found = registry?.quantiles(metric, group: name, [0.5, 0.99]) else { return nil }
      return Pair(title, "half within \(Self.text(found[0])), 99 of 100 within \(Self.text(found[1]))")
    }
    return [
      pair("Handling an event", "messaging_process_duration_seconds"),
      pair("In the log until committed", "eventstreams_settle_duration_seconds"),
    ].compactMap(\.self)
  }

  private static func text(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.001: "\(Int((seconds * 1e6).rounded())) µs"
    case ..<1: "\((seconds * 1e4).rounded() / 10) ms"
    default: "\(seconds) s"
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

    struct ErrorRow: Sendable {
      let reason: String
      let dead: String
      let deadPath: String?
      let retrying: String
    }

    let frame: Site.Frame
    let name: String
    let path: String
    let state: String
    let reason: String?
    let figures: [Figure]
    let warnings: [String]
    let hasWarnings: Bool
    let durations: [Pair]
    let hasDurations: Bool
    let errors: [ErrorRow]
    let hasErrors: Bool
    let errorNote: String?
    let shards: [Row]
    let isEmpty: Bool

    private static let errorsShown = 10

    init(
      frame: Site.Frame, _ detail: ServiceDetail, _ curve: Flow.Curve?, _ durations: [Pair],
      _ found: Inspector.Errors?
    ) {
      let status = detail.status
      self.frame = frame
      self.durations = durations
      hasDurations = !durations.isEmpty
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
      let path = path
      let counts = found?.counts ?? []
      errors = counts.prefix(Self.errorsShown).map { count in
        ErrorRow(
          reason: count.reason, dead: count.dead.grouped,
          deadPath: count.dead > 0 ? "\(path)/dead-letters?reason=\(count.reason.inAddress)" : nil,
          retrying: count.retrying.grouped)
      }
      hasErrors = !errors.isEmpty
      let rest = counts.count - errors.count
      let notes = [
        rest > 0 ? "and \(rest.grouped) more reasons" : nil, found?.isWhole == false ? "of the newest ones" : nil,
      ].compactMap(\.self)
      errorNote = notes.isEmpty ? nil : notes.joined(separator: "; ")
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
