import Redis

/// What all parties of a topic have agreed on, as it stands in Redis.
struct TopicConfiguration {
  let shardCount: Int
  let format: Int

  static let fields = ["shards", "format"]

  /// Reads the fields; nil if there is no topic.
  ///
  /// - Throws: `TopicError` for what nobody can have agreed on.
  init?(_ topic: Topic, _ values: borrowing ReplyNode) throws {
    func number(_ index: Int, _ expected: String, in range: ClosedRange<Int>) throws -> Int? {
      if values[index].isNil { return nil }
      let text = values[index].lossyText
      guard let number = Int(text), range.contains(number) else {
        throw TopicError.damaged(
          topic: topic.name, key: topic.configuration, Self.fields[index], text, expected: expected)
      }
      return number
    }
    let counts = Topic.shardCounts
    guard let shards = try number(0, "a number from \(counts.lowerBound) to \(counts.upperBound)", in: counts),
      let format = try number(1, "the number of a format", in: 1...Int.max)
    else { return nil }
    guard format == Topic.formatVersion else {
      throw TopicError.format(topic: topic.name, found: format, known: Topic.formatVersion)
    }
    shardCount = shards
    self.format = format
  }
}
