import ArgumentParser
import EventStreams

/// What is agreed on for good when a namespace is made; of one that exists it must be what was agreed on, or left out.
struct NewNamespaceOptions: ParsableArguments {
  @Option(help: "The number of shards, if the namespace is made now. (default: 8, in a cluster 64)")
  var shards: Int?

  @Option(
    name: .customLong("deduplicate-for"),
    help: "How long events of one id are published once, if the namespace is made now. (default: 1d)")
  var deduplicationTime: DurationArgument?

  func validate() throws {
    try Limit.check(shards: shards)
    if let deduplicationTime {
      try Limit.check(deduplicationTime, "--deduplicate-for", Namespace.deduplicationTimes)
    }
  }
}
