/// Why a topic can't be used as asked.
public struct TopicError: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  static func name(_ problem: String) -> TopicError { TopicError(description: problem) }

  static func format(topic: String, found: Int, known: Int) -> TopicError {
    TopicError(
      description:
        "topic '\(topic)' has format \(found), this program knows format \(known): use the program that made it")
  }

  static func shardCount(topic: String, found: Int, wanted: Int) -> TopicError {
    TopicError(
      description: "topic '\(topic)' has \(found) shards, not \(wanted): the number is fixed when a topic is made")
  }

  static func shardCount(outOfBounds count: Int) -> TopicError {
    let allowed = Topic.shardCounts
    return TopicError(
      description: "a topic can't have \(count) shards, only \(allowed.lowerBound) to \(allowed.upperBound)")
  }

  static func damaged(topic: String, key: String, _ field: String, _ text: String, expected: String) -> TopicError {
    TopicError(
      description:
        "the configuration of topic '\(topic)' is damaged: \(field) in \(key) is '\(text)', not \(expected); put back what it was"
    )
  }
}
