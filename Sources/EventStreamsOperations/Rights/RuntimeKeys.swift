import EventStreams

/// The patterns of the keys that a namespace has, by what they are for, over all shards.
struct RuntimeKeys {
  private let namespace: Namespace
  /// What stands for a shard's number, by how many digits it has.
  private let numbers: [String]

  init(_ namespace: Namespace) {
    self.namespace = namespace
    let digits = String(namespace.shardCount - 1).count
    numbers = (1...digits).map { count -> String in
      let digits = String(repeating: "[0-9]", count: count)
      return "{\(digits)}"
    }
  }

  /// A key of shard 0, and what it is called in the others.
  private func pattern(_ keys: String...) -> [String] {
    let first = namespace.prefix(0)
    var patterns: [String] = []
    for number in numbers {
      for key in keys { patterns.append("\(namespace.name):\(number)\(key.dropFirst(first.count))") }
    }
    return patterns
  }

  /// What calls name in place of the keys that begin so.
  var prefixes: [String] { pattern(namespace.logs(0), namespace.seen(0)) }
  var logs: [String] { pattern(namespace.log(0, "*")) }
  var seen: [String] { pattern(namespace.seen(0), namespace.seen(0) + ":*") }
  var topics: [String] { pattern(namespace.topics(0)) }
  var inbox: [String] { pattern(namespace.inbox(0)) }
  var rewound: [String] { pattern(namespace.rewound(0)) }
  var confirmed: [String] { pattern(namespace.confirmed(0)) }
  var sealed: [String] { pattern(namespace.sealed(0)) }
  var clock: [String] { pattern(namespace.clock(0)) }
  var scheduled: [String] { pattern(namespace.scheduled(0), namespace.scheduled(0) + ":*") }
  var configuration: [String] { [namespace.configuration, namespace.paused] }

  /// What the calls of a worker may name that is no service's own.
  var shared: [String] { [prefixes, logs, seen, topics, inbox, clock, scheduled].flatMap { $0 } }

  /// Everything in the shards.
  var all: [String] { pattern("\(namespace.prefix(0)):*") }

  /// Everything beside the shards.
  var beside: [String] { configuration + ["workers", "wake", "rate", "slots"].map { "\(namespace.name):\($0):*" } }

  /// What a service alone has.
  func own(_ service: String) -> [String] {
    let lease = namespace.lease(0, service)
    let ofShards: [String] = pattern(
      namespace.state(0, service, "*"), lease, lease + ":*", namespace.retry(0, service), namespace.dead(0, service),
      namespace.blocked(0, service), namespace.redrive(0, service), namespace.discarded(0, service),
      namespace.redriven(0, service), namespace.unread(0, service), namespace.stored(0, service),
      namespace.outbox(0, service), namespace.sent(0, service), namespace.rate(0, service, "*"))
    let beside: [String] = [
      namespace.roster(service), namespace.wake(service, "*"), namespace.rate(service), namespace.slots(service),
    ]
    return ofShards + beside
  }
}
