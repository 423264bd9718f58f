import ArgumentParser

/// A duration as people write it: `500ms`, `30s`, `5m`, `1h`.
struct Interval: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number.isFinite, number < 1e9 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "ms": duration = .seconds(number / 1000)
    case "s": duration = .seconds(number)
    case "m": duration = .seconds(number * 60)
    case "h": duration = .seconds(number * 3600)
    default: return nil
    }
  }

  var defaultValueDescription: String { duration.brief }
}
