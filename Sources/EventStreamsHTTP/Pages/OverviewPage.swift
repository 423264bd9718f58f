import EventStreams
import EventStreamsOperations
import Hummingbird

/// How everything is.
struct OverviewPage {
  let site: Site
  let sampler: Sampler

  func add(to routes: inout Routes) {
    routes.get("/", .read) { request, context in
      let (sample, flow) = await sampler.latest(for: context)
      var figures = Self.figures(sample, flow)
      // Where these can't be read, the rest is shown all the same.
      if sample.trouble == nil, let more = try? await site.domain.figures(context) { figures = more + figures }
      let frame = site.frame("Overview", request, context, trouble: sample.troubleText)
      return site.page("overview", Model(frame: frame, sample, flow, figures: figures))
    }
  }

  private static func figures(_ sample: Sample, _ flow: Flow) -> [Figure] {
    guard let status = sample.status else { return [] }
    func sum(_ count: KeyPath<ServiceStatus, Int>) -> Int { sample.services.reduce(0) { $0 + $1[keyPath: count] } }
    let behind = sample.services.map(\.lagTime).max() ?? .zero
    let troubled = sample.services.filter { $0.condition.needsAttention }
    let rate = sample.services.compactMap { flow.curve(of: $0.service)?.rate }.reduce(0, +)
    let alarming = sample.services.contains { ![.ok, .backfilling, .lagging].contains($0.condition.state) }
    return [
      Figure(
        "Services", "\(sample.services.count - troubled.count) of \(sample.services.count)",
        unit: sample.trouble == nil ? "are well" : "were well",
        isAlarm: alarming),
      Figure("Furthest behind", behind == .zero ? "0 s" : behind.short, isAlarm: behind > .seconds(60)),
      Figure("Handled", rate.perSecond),
      Figure("Dead letters", sum(\.dead).grouped, isAlarm: sum(\.dead) > 0),
      Figure("Events in the log", status.length.grouped),
    ]
  }

  private struct Model: Sendable {
    struct Row: Sendable {
      let name: String
      let path: String
      let state: String
      let reason: String?
      let behind: String
      let isBehind: Bool
      let lag: Bool
      let lagText: String
      let spark: Spark?
      let rate: String
      let pending: String
      let hasPending: Bool
      let retrying: String
      let hasRetrying: Bool
      let dead: String
      let hasDead: Bool
      let owners: String
    }

    let frame: Site.Frame
    let figures: [Figure]
    let warnings: [String]
    let hasWarnings: Bool
    let services: [Row]
    let isEmpty: Bool
    let emptyBecause: String

    init(frame: Site.Frame, _ sample: Sample, _ flow: Flow, figures: [Figure]) {
      self.frame = frame
      self.figures = figures
      warnings = sample.warnings + sample.services.flatMap(\.warnings)
      hasWarnings = !warnings.isEmpty
      services = sample.services.map { service in
        let curve = flow.curve(of: service.service)
        return Row(
          name: service.service, path: "/services/\(service.service.inAddress)",
          state: service.condition.state.rawValue, reason: service.condition.reason,
          behind: service.lagTime == .zero ? "0" : service.lagTime.short, isBehind: service.lagTime > .zero,
          lag: service.lag > 0, lagText: service.lag.grouped, spark: curve.map(Spark.init),
          rate: curve?.rate.perSecond ?? "–", pending: service.pending.grouped, hasPending: service.pending > 0,
          retrying: service.retrying.grouped, hasRetrying: service.retrying > 0, dead: service.dead.grouped,
          hasDead: service.dead > 0, owners: service.ownerNames)
      }
      isEmpty = services.isEmpty
      emptyBecause = sample.trouble == nil ? "No service has ever run here." : "Nothing can be seen yet."
    }
  }
}

extension Sample {
  /// What is wrong with what is shown; nil if nothing is.
  var troubleText: String? {
    guard let trouble, trouble.problem.code != .nothingPublished else { return nil }
    let since = (time - trouble.since).short
    return status == nil
      ? trouble.problem.detail
      : "\(trouble.problem.detail): what is shown is as it was \(since) ago or more"
  }
}

extension ServiceStatus {
  /// Who has how many shards.
  fileprivate var ownerNames: String {
    let names = owners.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    return (names + (unowned > 0 && !names.isEmpty ? ["nobody (\(unowned))"] : [])).joined(separator: ", ")
  }
}
