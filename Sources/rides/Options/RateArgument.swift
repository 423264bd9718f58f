import ArgumentParser
import EventStreams

/// A rate as people write it, of one to a million in a second, a minute or an hour: `100/s`, `30/m`, `500/h`.
struct RateArgument: ExpressibleByArgument, Sendable {
  let rate: ServiceLimits.Rate

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    let units: [Substring: Duration] = ["s": .seconds(1), "m": .seconds(60), "h": .seconds(3600)]
    guard parts.count == 2, parts[0].utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      let count = Int(parts[0]), (1...1_000_000).contains(count), let time = units[parts[1]]
    else { return nil }
    rate = ServiceLimits.Rate(count, per: time)
  }
}
