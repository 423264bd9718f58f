import CoreMetrics

/// What a worker counts, by consumer group: `service` is a label that some who scrape put there themselves.
struct WorkerMetrics: Sendable {
  let handled: Counter
  let retried: Counter
  let dead: Counter
  let parked: Counter
  let committed: Counter
  let rewound: Counter

  init(service: String) {
    func counter(_ name: String) -> Counter {
      Counter(label: "eventstreams_\(name)", dimensions: [("group", service)])
    }
    handled = counter("handled_total")
    retried = counter("retries_total")
    dead = counter("dead_letters_total")
    parked = counter("parked_total")
    committed = counter("committed_total")
    rewound = counter("rewound_total")
  }
}
