public import EventStreams

/// In one word how a service is, and why it is so.
public struct ServiceCondition: Sendable, Hashable, JSONWritable {
  /// How a service is. More may be added.
  public enum State: String, Sendable, CaseIterable, JSONWritable {
    /// It is up with the log.
    case ok
    /// Events wait for longer than they should, and it goes on.
    case lagging
    /// Events wait, and nothing becomes of them: shards are nobody's, or a handler does not come back.
    case stalled
    /// An operator, or its own circuit breaker, has it leave events alone.
    case paused
    /// Nobody runs it.
    case stopped
    /// Nobody has run it for five minutes, and it is none that the namespace was made for, or it has run before: what it needs is kept.
    case abandoned
    /// It handles what happened before the log.
    case backfilling
  }

  /// How it is.
  public let state: State
  /// Why, for people; nil if there is nothing to say.
  public let reason: String?

  /// True for what somebody should look at.
  public var needsAttention: Bool {
    switch state {
    case .ok, .backfilling: false
    case .lagging, .stalled, .paused, .stopped, .abandoned: true
    }
  }

  /// Events that wait for longer are too late.
  static let lateAfter = Duration.seconds(10)
  /// A handler that takes longer is not expected to come back.
  static let stuckAfter = Duration.seconds(60)
  /// A group that nobody has run for longer is not expected back.
  static let abandonedAfter = Duration.seconds(300)

  init(state: State, reason: String?) {
    self.state = state
    self.reason = reason
  }

  /// Judges a service.
  ///
  /// - Parameters:
  ///   - service: over all shards.
  ///   - groups: by shard; none if it never ran and has no group.
  ///   - isListed: it is one of those that the namespace was made for.
  init(of service: ServiceStatus, _ groups: [GroupStatus], isListed: Bool) {
    (state, reason) = Self.judge(service, groups, isListed)
  }

  private static func judge(
    _ service: ServiceStatus, _ groups: [GroupStatus], _ isListed: Bool
  ) -> (State, String?) {
    if service.owners.isEmpty {
      guard service.isStarted else {
        return isListed ? (.stopped, "it has never run") : (.abandoned, "it has never run")
      }
      guard let idle = groups.compactMap(\.idle).min() else { return (.stopped, "nobody runs it") }
      return idle > abandonedAfter
        ? (.abandoned, "nobody has run it for \(idle.short)") : (.stopped, "nobody has run it for \(idle.short)")
    }
    if let paused = service.pausedBecause { return (.paused, paused) }
    if service.inHistory > 0 { return (.backfilling, "in the history of \(counted(service.inHistory, "shard"))") }
    let idle = groups.filter { $0.owner == nil && !$0.isQuiet }
    if !idle.isEmpty {
      let shards = idle.map { "\($0.shard)" }.joined(separator: ", ")
      return (.stalled, "nobody has shard\(idle.count == 1 ? "" : "s") \(shards), where events wait")
    }
    if let stuck = groups.first(where: { ($0.oldest?.handling ?? .zero) > stuckAfter && $0.retrying == 0 }),
      let oldest = stuck.oldest, let handling = oldest.handling
    {
      return (
        .stalled,
        "\(stuck.owner ?? "a worker") has had entry \(oldest.entryID) of \(oldest.topic) in shard \(stuck.shard) for \(handling.short)"
      )
    }
    guard service.lagTime > lateAfter else { return (.ok, nil) }
    let waits = "the oldest event has waited for \(service.lagTime.short)"
    return (
      .lagging, service.retrying == 0 ? waits : "\(waits); \(counted(service.retrying, "event")) being tried again"
    )
  }

  private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// Writes it as fields of an object.
  func writeFields(to json: inout JSONWriter) {
    json.field("state", state)
    json.field("reason", reason)
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) { json.object { writeFields(to: &$0) } }
}
