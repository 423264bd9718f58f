/// Why a test has no `redis-server`.
public struct RedisServerError: Error, CustomStringConvertible {
  /// The reason.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
