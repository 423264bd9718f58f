import ArgumentParser

/// A duration as people write it: `500ms`, `30s`, `5m`, `1h`, `7d`; a bare number is seconds.
struct DurationArgument: ExpressibleByArgument, Sendable {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    let (text, factor) =
      units.first { argument.hasSuffix($0.0) }.map { (argument.dropLast($0.0.count), $0.1) } ?? (argument[...], 1000)
    guard let number = Double(text), number >= 0, number.isFinite, number * Double(factor) < 1e15 else { return nil }
    duration = .milliseconds(Int64(number * Double(factor)))
  }

  var defaultValueDescription: String { duration.short }
}

extension Duration {
  /// `850ms`, `12.3s`, `4m 10s`, `3h 20m`
  var short: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    switch milliseconds {
    case ..<1000: return "\(milliseconds)ms"
    case ..<60_000:
      return milliseconds % 1000 == 0
        ? "\(milliseconds / 1000)s" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100)s"
    case ..<3_600_000: return "\(milliseconds / 60_000)m \(milliseconds / 1000 % 60)s"
    default: return "\(milliseconds / 3_600_000)h \(milliseconds / 60_000 % 60)m"
    }
  }
}
