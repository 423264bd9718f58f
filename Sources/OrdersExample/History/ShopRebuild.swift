import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient

/// Builds a service's state anew from history, compares it with the live one, and puts it in its place if that is wanted.
struct ShopRebuild {
  let namespace: Namespace
  let connection: Connection
  /// What the log may have no longer.
  let archive: ArchiveReader?

  /// - Returns: how the live state and the rebuilt one compare.
  func run(_ service: EventService, applies: Bool) async throws -> ShardRebuild.Comparison {
    let run = RebuildRun()
    var sum = ShardRebuild.Comparison()
    for shard in namespace.shards {
      let held = try await ShardRebuild.hold(
        service.name, shard: shard, run: run, namespace: namespace, connection: connection)
      do {
        let image = try await image(of: service, shard, held.progress)
        let comparison = held.compare(image)
        if applies, comparison.count > 0 { try await held.apply(image) }
        for difference in comparison.differences { sum.add(difference) }
      } catch {
        try? await held.release()
        throw error
      }
      try await held.release()
    }
    return sum
  }

  /// What the service's handlers make of all that it has handled.
  private func image(of service: EventService, _ shard: Int, _ progress: ServiceProgress) async throws -> StateImage {
    let fold = StateFold(service, shard: shard)
    var history = ShardHistory(
      of: Shop.archive, shard: shard, inspector: Inspector(namespace: namespace, connection: connection),
      archive: archive)
    while let item = try await history.next() {
      guard !item.isRepetition, progress.state(of: item.id, in: item.topic) == .done else { continue }
      let event = item.event(in: shard)
      guard let effects = try await fold.effects(of: event) else { continue }
      // Every choice of the shop's follows from its state.
      fold.apply(effects, of: event) { _ in false }
    }
    return fold.image
  }
}
