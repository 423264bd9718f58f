extension WorkerSettings {
  /// What a setting may be; all of them in one place.
  public enum Bounds {
    /// Of `batchSize`.
    public static let batchSize = 1...10_000
    /// Of `window`.
    public static let window = 1...1_000_000
    /// Of `windowBytes`: a terabyte is more than any machine has for it.
    public static let windowBytes = 1...1 << 40
    /// Of `leaseTime`.
    public static let leaseTime = Duration.milliseconds(100)...Duration.seconds(86_400)
    /// Of `drainTime`.
    public static let drainTime = Duration.zero...Duration.seconds(86_400)
    /// Of `blockTime`.
    public static let blockTime = Duration.milliseconds(1)...Duration.seconds(60)
    /// Of `responseTimeout`.
    public static let responseTimeout = Duration.milliseconds(1)...Duration.seconds(3600)
    /// Of a retention's `maxEntries`.
    public static let maxEntries = 0...1_000_000_000_000
    /// Of a retention's `maxAge` and `interval`: a hundred years.
    public static let age = Duration.zero...Duration.seconds(100 * 366 * 86_400)
  }

  /// A setting with which no worker can run.
  public struct OutOfBounds: Error, Sendable, CustomStringConvertible {
    /// The setting's name.
    public let setting: String
    /// What it says to people.
    public let description: String
  }

  /// Throws unless all settings are within their bounds.
  public func check() throws(OutOfBounds) {
    try Self.check(batchSize, "batchSize", Bounds.batchSize)
    try Self.check(window, "window", Bounds.window)
    try Self.check(windowBytes, "windowBytes", Bounds.windowBytes)
    try Self.check(leaseTime, "leaseTime", Bounds.leaseTime)
    try Self.check(drainTime, "drainTime", Bounds.drainTime)
    try Self.check(blockTime, "blockTime", Bounds.blockTime)
    try Self.check(responseTimeout, "responseTimeout", Bounds.responseTimeout)
    guard let retention else { return }
    if let entries = retention.maxEntries { try Self.check(entries, "retention.maxEntries", Bounds.maxEntries) }
    if let age = retention.maxAge { try Self.check(age, "retention.maxAge", Bounds.age) }
    try Self.check(retention.interval, "retention.interval", Bounds.age)
  }

  private static func check<Value>(
    _ value: Value, _ setting: String, _ bounds: ClosedRange<Value>
  ) throws(OutOfBounds) {
    guard !bounds.contains(value) else { return }
    throw OutOfBounds(
      setting: setting, description: "\(setting) \(value) is not between \(bounds.lowerBound) and \(bounds.upperBound)")
  }
}
