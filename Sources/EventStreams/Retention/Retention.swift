/// How long a log keeps entries that every service has acknowledged. What any group still needs is never removed.
public struct Retention: Sendable, Hashable {
  /// Entries recorded longer ago may go; nil for no limit.
  public var maxAge: Duration?
  /// The oldest entries beyond so many of a topic in a shard may go; nil for no limit.
  public var maxEntries: Int?
  /// How often a worker looks for what may go.
  public var interval: Duration

  /// A policy. An entry that is past either limit may go.
  public init(maxAge: Duration? = nil, maxEntries: Int? = nil, interval: Duration = .seconds(30)) {
    self.maxAge = maxAge
    self.maxEntries = maxEntries
    self.interval = interval
  }
}
