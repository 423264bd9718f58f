package import EventStreams
import Foundation

extension Namespace {
  /// More would have the states of as many shards in memory.
  private static let mostShardsAtOnce = 2

  /// Does something about each shard, for two of them at a time if there are two processors.
  ///
  /// - Parameters:
  ///   - body: is given the shard.
  ///   - take: is given what has come of it, in the order of the shards.
  package func eachShard<Outcome: Sendable>(
    _ body: @escaping @Sendable (_ shard: Int) async throws -> Outcome, take: (Outcome) async throws -> Void
  ) async throws {
    let atOnce = min(ProcessInfo.processInfo.activeProcessorCount, Self.mostShardsAtOnce, shardCount)
    try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
      var left = shards[...]
      var (due, early): (Int, [Int: Outcome]) = (0, [:])
      for shard in left.prefix(atOnce) { group.addTask { (shard, try await body(shard)) } }
      left = left.dropFirst(atOnce)
      while let (shard, outcome) = try await group.next() {
        if let next = left.popFirst() { group.addTask { (next, try await body(next)) } }
        early[shard] = outcome
        while let outcome = early.removeValue(forKey: due) {
          try await take(outcome)
          due += 1
        }
      }
    }
  }
}
