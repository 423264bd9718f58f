/// What went wrong with an event so far; kept in Redis while it waits for another attempt, and then in its dead letter.
public struct Failures: Sendable, Hashable, JSONReadable, JSONWritable {
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

  /// Reads it as `write(to:)` writes it.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    // So many that counting on stays far from overflowing.
    attempts = min(max(try object["attempts"], 0), 1_000_000_000)
    firstError = try object["firstError"]
    firstAt = try object["firstAt"]
    lastError = try object["lastError"]
    lastAt = try object["lastAt"]
    retryAt = try object.optional("retryAt")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("attempts", attempts)
      json.field("firstError", firstError)
      json.field("firstAt", firstAt)
      json.field("lastError", lastError)
      json.field("lastAt", lastAt)
      json.field("retryAt", retryAt)
    }
  }
}
