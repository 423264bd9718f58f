import ArgumentParser
import EventStreams

/// A duration as people write it, of at most a hundred years: `500ms`, `30s`, `5m`, `1h`, `7d`, `1.5h`; a bare number is seconds.
struct DurationArgument: ExpressibleByArgument, Sendable {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    let (text, factor) =
      units.first { argument.hasSuffix($0.0) }.map { (argument.dropLast($0.0.count), $0.1) } ?? (argument[...], 1000)
    let isDecimal = text.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
    }
    guard isDecimal, let number = Double(text), number * Double(factor) <= Self.longest else { return nil }
    duration = .milliseconds(Int64(number * Double(factor)))
  }

  /// In milliseconds.
  private static let longest = 36_600.0 * 86_400_000

  var defaultValueDescription: String { duration.short }
}
