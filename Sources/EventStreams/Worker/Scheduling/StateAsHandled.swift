import HiredisClient

/// A service's state in an owned shard as its handlers are to see it: with all that earlier events have done, which is committed first where
/// it is not yet.
///
/// A handler that reads what no earlier event in flight writes costs them nothing.
struct StateAsHandled: StateReader {
  let committed: CommittedState
  let pipeline: Pipeline
  /// The epoch of the lease.
  let epoch: Int

  func hash(_ name: String, shard: Int) async throws -> [Identifier: String] {
    try await pipeline.commitWrites(to: StateName(name: name), number: shard, epoch: epoch)
    return try await committed.hash(name, shard: shard)
  }

  func field(_ hash: String, _ field: String, shard: Int) async throws -> String? {
    if let known = try await pipeline.value(of: StateField(hash, field), number: shard, epoch: epoch) { return known }
    return try await committed.field(hash, field, shard: shard)
  }

  func records(_ stream: String, shard: Int, after: EntryID, limit: Int) async throws -> [(EntryID, [UInt8])] {
    try await pipeline.commitWrites(to: StateName(name: stream), number: shard, epoch: epoch)
    return try await committed.records(stream, shard: shard, after: after, limit: limit)
  }
}
