import EventStreams
import HiredisClient

extension Inspector {
  /// What is wrong with a namespace that is not one service's, for people: settings of the server that lose events, logs that can't be read,
  /// events that nobody moves on.
  ///
  /// - Parameter status: how it was just now.
  public func warnings(about status: NamespaceStatus) async throws -> [String] {
    var warnings = try await ServerHealth.look(on: connection).warnings
    warnings += status.shards.compactMap { shard in shard.problem.map { "the log of shard \(shard.shard): \($0)" } }
    warnings += try await rewinds().map {
      "\($0); have producers publish the last minutes again, or use rides reconcile --archive"
    }
    let overdue = try await overdueCount(by: Self.late)
    if overdue > 0 {
      warnings.append("\(overdue) scheduled events have been due for more than 5s: no worker moves them into the log")
    }
    guard status.groups.contains(where: { $0.unsent > 0 }) else { return warnings }
    let late = try await unsent(limit: 1).filter { $0.age > Self.late }
    return warnings
      + late.map {
        "events of \($0.service) have waited in the outbox of shard \($0.shard) for \($0.age.short), the first for shard \($0.target): see rides pending \($0.service)"
      }
  }

  private static let late = Duration.seconds(5)
}
