import Logging

/// Trims the logs of the shards that a worker owns, every now and then.
struct RetentionLoop: Sendable {
  let pipeline: Pipeline
  let trimmer: Trimmer
  let retention: Retention
  let log: Logger

  /// Runs until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      for shard in await pipeline.owned.keys.sorted() {
        do {
          let result = try await trimmer.trim(shard: shard, retention)
          if result.removed > 0 {
            log.info("trimmed a log", metadata: ["shard": "\(shard)", "entries": "\(result.removed)"])
          }
        } catch {
          log.warning("cannot trim a log; will try again", metadata: ["shard": "\(shard)", "error": "\(error)"])
        }
      }
      try? await Task.sleep(for: retention.interval)
    }
  }
}
