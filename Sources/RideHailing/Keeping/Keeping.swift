import EventStreams

/// How long the services' state holds what the archive has as well.
public struct Keeping: Sendable, Hashable {
  /// Journals of accounts leave so long after they were recorded.
  public var accounts: Duration

  /// What is kept of a ride leaves so long after it ended: until then it may be corrected, and its completion is recognised.
  public var rides: Duration

  /// Journals are kept for 35 days, unless something else is said: a month's statement needs no archive until it has been looked at.
  public static let standardAccounts = Duration.seconds(35 * 86_400)

  /// What is kept of a ride stays for 90 days, unless something else is said.
  public static let standardRides = Duration.seconds(90 * 86_400)

  /// The times that may be asked for: rides may be rated for 30 days.
  public static let ridesBounds = Duration.seconds(31 * 86_400)...Duration.seconds(36_500 * 86_400)

  /// The times that may be asked for. Days are closed as a whole, and none on the day after it.
  public static let accountsBounds = Duration.seconds(86_400)...Duration.seconds(36_500 * 86_400)

  /// How long things are kept.
  public init(accounts: Duration = standardAccounts, rides: Duration = standardRides) {
    self.accounts = accounts
    self.rides = rides
  }

  /// The day before which what was recorded may leave.
  static func firstKept(_ time: Duration, at now: Timestamp) -> Int64 { (now - time).day }
}
