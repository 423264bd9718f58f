import HiredisClient

/// What all parties of a namespace have agreed on, as it stands in Redis.
struct NamespaceConfiguration {
  let shardCount: Int
  let deduplicationTime: Duration
  let format: Int
  /// The namespace that has taken its place; nil if none has.
  let successor: String?

  static let fields = ["shards", "format", "deduplication", "successor"]

  /// The version of the layout of keys and entries. Parties of different versions refuse to work together.
  static let formatVersion = 2

  /// Reads the fields; nil if there is no namespace.
  ///
  /// - Throws: `NamespaceError` for what nobody can have agreed on.
  init?(_ namespace: Namespace, _ values: borrowing ReplyNode) throws {
    func number(_ index: Int, _ expected: String, in range: ClosedRange<Int>) throws -> Int? {
      if values[index].isNil { return nil }
      let text = values[index].lossyText
      guard let number = Int(text), range.contains(number) else {
        throw NamespaceError.damaged(
          namespace: namespace.name, key: namespace.configuration, Self.fields[index], text, expected: expected)
      }
      return number
    }
    let counts = Namespace.shardCounts
    guard let shards = try number(0, "a number from \(counts.lowerBound) to \(counts.upperBound)", in: counts),
      let format = try number(1, "the number of a format", in: 1...Int.max)
    else { return nil }
    // One that has a successor has a format that no earlier version knows, so that none works with what is left there.
    guard format == Self.formatVersion || !values[3].isNil else {
      throw NamespaceError.format(
        of: Namespace(namespace.name, shardCount: shards), found: format, known: Self.formatVersion)
    }
    let times = Namespace.deduplicationTimes
    let (shortest, longest) = (times.lowerBound.wholeMilliseconds, times.upperBound.wholeMilliseconds)
    // Of a namespace that was made before it could be chosen, nothing is said.
    deduplicationTime =
      try number(2, "a number of milliseconds from \(shortest) to \(longest)", in: shortest...longest)
      .map { .milliseconds($0) } ?? Namespace.standardDeduplicationTime
    shardCount = shards
    self.format = format
    successor = values[3].isNil ? nil : values[3].lossyText
  }
}
