import HiredisClient

/// How much is measured, and how.
struct BenchSettings: Sendable {
  /// What can be measured, in the order it is.
  enum Measure: String, CaseIterable, Sendable {
    case publish, driver, services, latency, takeover
  }

  var measures: [Measure] = Measure.allCases
  /// Events of `publish` and `driver`.
  var events = 100_000
  /// Rides of `services`.
  var rides = 20_000
  /// Events a second of `latency`.
  var rate = 1000.0
  /// How long `latency` goes on.
  var duration: Duration = .seconds(10)
  /// An event's size in bytes, at least; nil as rides are.
  var payloadSize: Int?
  /// How long a worker of `takeover` that was killed keeps its shards.
  var leaseTime: Duration = .seconds(1)
  /// Events that are published with one call.
  var batchSize = 500
  /// What namespaces are called, with the measure's name behind it.
  var namespace: String
  let redis: RedisURL
  /// The address with its password, for processes that are started.
  let redisText: String?
}
