/// Thrown where what was published is not confirmed in time. It is in the log, and lost if the server is lost now. Publishing it again
/// adds nothing, and waits anew.
public struct Unconfirmed: Error, Sendable, CustomStringConvertible {
  /// How many events it is about.
  public let events: Int
  /// How many confirmations were wanted.
  public let wanted: Int
  /// How many there were.
  public let confirmed: Int
  /// How long it was waited for them.
  public let timeout: Duration
  let isDisk: Bool

  /// What it says to people.
  public var description: String {
    let who =
      isDisk ? "the server's disk has not confirmed" : "\(confirmed) of the \(wanted) replicas wanted have confirmed"
    return
      "\(who) \(events) events within \(timeout.short): they are in the log, and lost if the server is lost now; publish again, nothing is added twice"
  }
}
