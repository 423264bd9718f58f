import CoreMetrics

/// What a worker counts, by consumer group: `service` is a label that some who scrape put there themselves.
struct WorkerMetrics: Sendable {
  let handled: Counter
  let retried: Counter
  let deadLettered: Counter
  let parked: Counter
  let committed: Counter
  /// Dead letters that are handled again.
  let redriven: Counter
  /// Commits that the server refused because the shard is another's by now.
  let fenced: Counter
  /// Shards in which an earlier owner had left something pending.
  let takeovers: Counter
  /// Shards whose server has gone back to an earlier moment, and entries that were trimmed before they were acknowledged.
  let losses: Counter

  init(service: String) {
    func counter(_ name: String) -> Counter {
      Counter(label: "eventstreams_\(name)_total", dimensions: [("group", service)])
    }
    handled = counter("handled")
    retried = counter("retries")
    deadLettered = counter("dead_lettered")
    parked = counter("parked")
    committed = counter("committed")
    redriven = counter("redriven")
    fenced = counter("commits_fenced")
    takeovers = counter("takeovers")
    losses = counter("losses_detected")
  }
}
