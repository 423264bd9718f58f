/// Runs a test with a `redis-server` of its own, which ends with it.
///
/// - Parameters:
///   - arguments: Further arguments of the server, e.g. `["--requirepass", "secret"]`.
///   - tcp: Whether it listens on a free port of 127.0.0.1 as well.
///   - environment: Of the server besides this process's, each as `NAME=value`.
/// - Throws: ``RedisServerError`` where there is no server, or what `body` throws.
public func withRedis<Result>(
  arguments: [String] = [], tcp: Bool = false, environment: [String] = [],
  _ body: (RedisServer) async throws -> Result
) async throws -> Result {
  let server = try await RedisServer.start(arguments: arguments, tcp: tcp, environment: environment)
  do {
    let result = try await body(server)
    await server.stop()
    return result
  } catch {
    await server.stop()
    throw error
  }
}
