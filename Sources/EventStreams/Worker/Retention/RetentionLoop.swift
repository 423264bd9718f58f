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
      await trim(await pipeline.owned.keys.sorted())
      try? await Task.sleep(for: retention.interval)
    }
  }

  private func trim(_ shards: [Int]) async {
    guard let start = try? await trimmer.start() else { return }
    for shard in shards {
      do {
        for result in try await trimmer.trim(shard: shard, retention, since: start) { report(result) }
      } catch {
        log.warning("cannot trim a log; will try again", metadata: ["shard": "\(shard)", "error": "\(error)"])
      }
    }
  }

  private func report(_ result: Trimmer.Result) {
    if result.removed > 0 {
      log.info(
        "trimmed a log",
        metadata: ["shard": "\(result.shard)", "topic": "\(result.topic)", "entries": "\(result.removed)"])
    }
    if let distrust = result.distrust {
      log.warning(
        "does not trim a log: what was stored may be gone",
        metadata: [
          "shard": "\(result.shard)", "topic": "\(result.topic)", "by": "\(result.keptBy ?? "")",
          "reason": "\(distrust)",
        ])
    }
  }
}
