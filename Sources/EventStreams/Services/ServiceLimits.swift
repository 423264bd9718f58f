/// What all workers of a service together may do at most: for what they call that bears no more.
///
/// ```swift
/// var payment = EventService("payment", concurrency: 16, limits: ServiceLimits(rate: .perSecond(100), concurrency: 8))
/// ```
///
/// Each attempt of a handler needs a permit, which the server grants before the attempt begins: whoever takes over, and whatever its
/// clock does, there are no more. All workers of a service must be given the same limits.
public struct ServiceLimits: Sendable, Hashable {
  /// How many attempts may begin in a time, of the whole service.
  public var rate: Rate?
  /// How many attempts may begin in a time, of each key. Each attempt then asks the server; a key without a permit waits, others go on.
  public var ratePerKey: Rate?
  /// How many attempts may run at the same time, in all processes.
  public var concurrency: Int?

  /// No limits but these.
  ///
  /// - Parameters:
  ///   - rate: how many attempts may begin in a time, of the whole service.
  ///   - ratePerKey: how many attempts may begin in a time, of each key.
  ///   - concurrency: how many attempts may run at the same time, in all processes; at least 1.
  public init(rate: Rate? = nil, ratePerKey: Rate? = nil, concurrency: Int? = nil) {
    self.rate = rate
    self.ratePerKey = ratePerKey
    self.concurrency = concurrency.map { max(1, $0) }
  }

  /// So many in a time, evenly: what is not used is saved up for a twentieth of a second, or for one.
  public struct Rate: Sendable, Hashable {
    /// The time from one to the next.
    let interval: Duration

    /// A rate; at least one in a day, and at most a million in a second.
    ///
    /// - Parameters:
    ///   - count: how many in that time.
    ///   - time: in which they may begin.
    public init(_ count: Int, per time: Duration) {
      interval = min(max(.microseconds(1), time / max(1, count)), .seconds(86_400))
    }

    /// So many in a second.
    public static func perSecond(_ count: Int) -> Rate { Rate(count, per: .seconds(1)) }

    /// How far permits are saved up that nobody used.
    var saved: Duration { max(interval, Self.slack) }

    /// How long a permit that was granted may be kept.
    static let slack = Duration.milliseconds(50)

    /// The most that are asked for at once.
    var batch: Int { max(1, Int(Self.slack / interval)) }
  }
}
