/// What went wrong with an event so far; kept in Redis while it waits for another attempt, and then in its dead letter.
public struct Failures: Sendable, Hashable, JSONRecord {
  /// Attempts that failed.
  public let attempts: Int
  /// Why the first attempt failed.
  public let firstError: String
  /// When the first attempt failed.
  public let firstAt: Timestamp
  /// Why the last attempt failed.
  public let lastError: String
  /// When the last attempt failed.
  public let lastAt: Timestamp
  /// When the next attempt is due; nil when there is none.
  public let retryAt: Timestamp?

  /// - Parameter counts: false if the attempt is not held against the event.
  init(after earlier: Failures?, error: String, at time: Timestamp, retryAt: Timestamp?, counts: Bool = true) {
    attempts = (earlier?.attempts ?? 0) + (counts ? 1 : 0)
    firstError = earlier?.firstError ?? error
    firstAt = earlier?.firstAt ?? time
    lastError = error
    lastAt = time
    self.retryAt = retryAt
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    // So many that counting on stays far from overflowing.
    attempts = min(max(try fields("attempts", \.attempts), 0), 1_000_000_000)
    firstError = try fields("firstError", \.firstError)
    firstAt = try fields("firstAt", \.firstAt)
    lastError = try fields("lastError", \.lastError)
    lastAt = try fields("lastAt", \.lastAt)
    retryAt = try fields.optional("retryAt", \.retryAt)
  }
}
