#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension RedisURL {
  /// The URL in a variable of the environment; `standard` if it isn't set, or empty.
  ///
  /// - Throws: A ``RedisError`` with the code `invalidURL`.
  public static func fromEnvironment(_ variable: String = "REDIS_URL") throws(RedisError) -> RedisURL {
    guard let value = getenv(variable).map({ String(cString: $0) }), !value.isEmpty else { return .standard }
    return try RedisURL(value)
  }
}
