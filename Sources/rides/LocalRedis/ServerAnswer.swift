import HiredisClient

/// What is found at the socket of a server of our own.
enum ServerAnswer: Sendable {
  /// Nobody listens there.
  case nobody
  /// A server that serves.
  case serves
  /// A server that will serve: it reads its files, or runs a script.
  case busy(RedisError)
  /// A server that says something else, or nothing at all.
  case refuses(RedisError)

  /// Asks.
  static func ask(_ url: RedisURL, patience: Duration = .seconds(5)) async -> ServerAnswer {
    let connection = Connection(url, options: ConnectionOptions(responseTimeout: patience))
    let answer: ServerAnswer
    do {
      _ = try await connection.call("PING")
      answer = .serves
    } catch {
      switch error.code {
      case .connectionRefused: answer = .nobody
      case .serverLoading, .busyScript, .connectionClosed: answer = .busy(error)
      default: answer = .refuses(error)
      }
    }
    await connection.close()
    return answer
  }
}
