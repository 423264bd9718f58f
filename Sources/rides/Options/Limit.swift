import ArgumentParser
import EventStreams

/// The bounds of numbers that options take.
enum Limit {
  /// Of every `--limit`.
  static func check(_ limit: Int?, atLeast least: Int = 0) throws {
    try check(limit, "--limit", least...1_000_000_000)
  }

  /// Of every `--shards`.
  static func check(shards: Int?) throws { try check(shards, "--shards", Namespace.shardCounts) }

  /// Of any other number, or of a time.
  static func check<Value: Comparable>(_ value: Value?, _ option: String, _ bounds: ClosedRange<Value>) throws {
    guard let value, !bounds.contains(value) else { return }
    throw ValidationError("\(option) must be between \(bounds.lowerBound) and \(bounds.upperBound), not \(value)")
  }

  /// Of a duration.
  static func check(_ duration: DurationArgument, _ option: String, _ bounds: ClosedRange<Duration>) throws {
    guard !bounds.contains(duration.duration) else { return }
    throw ValidationError(
      "\(option) must be between \(bounds.lowerBound.short) and \(bounds.upperBound.short), not \(duration.duration.short)"
    )
  }
}
