import ArgumentParser
import EventStreams

/// The bounds of numbers that options take.
enum Limit {
  /// Of every `--limit`.
  static func check(_ limit: Int?, atLeast least: Int = 0) throws {
    try check(limit, "--limit", least...1_000_000_000)
  }

  /// Of every `--shards`.
  static func check(shards: Int?) throws { try check(shards, "--shards", Topic.shardCounts) }

  /// Of any other number.
  static func check<Number: Numeric & Comparable>(
    _ number: Number?, _ option: String, _ bounds: ClosedRange<Number>
  ) throws {
    guard let number, !bounds.contains(number) else { return }
    throw ValidationError("\(option) must be between \(bounds.lowerBound) and \(bounds.upperBound), not \(number)")
  }

  /// Of a duration.
  static func check(_ duration: DurationArgument, _ option: String, _ bounds: ClosedRange<Duration>) throws {
    guard !bounds.contains(duration.duration) else { return }
    throw ValidationError(
      "\(option) must be between \(bounds.lowerBound.short) and \(bounds.upperBound.short), not \(duration.duration.short)"
    )
  }
}
