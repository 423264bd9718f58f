/// Thrown by a shared publisher that takes nothing more at the moment. Nothing was published.
public struct PublisherBusy: Error, Sendable, CustomStringConvertible {
  /// True if it is shutting down.
  public let isEnding: Bool

  /// What it says to people.
  public var description: String {
    isEnding
      ? "it is shutting down: publish it to another one" : "too many callers wait to publish: try again in a moment"
  }
}
