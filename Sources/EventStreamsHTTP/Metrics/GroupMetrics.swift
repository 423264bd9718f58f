import EventStreams
import EventStreamsOperations

/// How the consumer groups of a namespace are, as gauges. Whoever serves says it, and not every worker: what all of them said would be added up.
struct GroupMetrics {
  let status: NamespaceStatus
  let services: [ServiceStatus]

  func write(to text: inout PrometheusText) {
    func gauge(_ name: String, _ value: (ServiceStatus) -> Double) {
      for service in services { text.add("eventstreams_\(name)", .gauge, [("group", service.service)], value(service)) }
    }
    gauge("consumer_lag_messages") { Double($0.lag) }
    gauge("consumer_lag_seconds") { Double($0.lagTime.nanoseconds) / 1e9 }
    gauge("dead_letters") { Double($0.dead) }
    let groups = status.groups.sorted { (Identifier($0.service), $0.shard) < (Identifier($1.service), $1.shard) }
    for group in groups {
      guard let epoch = group.epoch else { continue }
      text.add(
        "eventstreams_lease_epoch", .gauge, [("group", group.service), ("shard", "\(group.shard)")], Double(epoch))
    }
    for group in groups {
      text.add(
        "eventstreams_lease_owned", .gauge, [("group", group.service), ("shard", "\(group.shard)")],
        group.owner == nil ? 0 : 1)
    }
    for service in services {
      for state in ServiceCondition.State.allCases {
        text.add(
          "eventstreams_group_state", .gauge, [("group", service.service), ("state", state.rawValue)],
          service.condition.state == state ? 1 : 0)
      }
    }
    gauge("lost_messages") { Double($0.lost) }
    gauge("parked_messages") { Double($0.parked) }
    gauge("pending_messages") { Double($0.pending) }
    gauge("retrying_messages") { Double($0.retrying) }
    gauge("unowned_shards") { Double($0.unowned) }
    gauge("unsent_messages") { Double($0.unsent) }
    let topics = Dictionary(grouping: status.shards.flatMap(\.topics)) { Identifier($0.topic) }
    for (topic, shards) in topics.sorted(by: { $0.key < $1.key }) {
      text.add(
        "eventstreams_log_entries", .gauge, [("messaging_destination_name", topic.text)],
        Double(shards.reduce(0) { $0 + $1.length }))
    }
  }
}
