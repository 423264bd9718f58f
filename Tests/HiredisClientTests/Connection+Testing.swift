import HiredisClient
import Testing

extension Connection {
  /// Sends one command for its effect.
  func run(_ arguments: String...) throws(RedisError) {
    _ = try call(arguments)
  }

  /// Sends commands for their effect; all of them must succeed.
  func run(_ commands: Commands) throws(RedisError) {
    let replies = try send(commands)
    try replies.check()
  }

  /// The text that a command answers; `nil` for nothing.
  func text(_ arguments: String...) throws(RedisError) -> String? {
    let reply = try call(arguments)
    return try reply.root.optionalString()
  }

  /// The error that a command ends with, which is an issue of the test where it ends well.
  func error(_ arguments: String...) -> RedisError? {
    do throws(RedisError) {
      let reply = try call(arguments)
      Issue.record("\(arguments) succeeded: \(reply.root.kind)")
      return nil
    } catch {
      return error
    }
  }

  /// The error that connecting ends with, which is an issue of the test where it ends well.
  func connectError() -> RedisError? {
    do throws(RedisError) {
      try connect()
      Issue.record("connected")
      return nil
    } catch {
      return error
    }
  }

  /// The error that receiving replies ends with, which is an issue of the test where it ends well.
  func receiveError(_ count: Int) -> RedisError? {
    do throws(RedisError) {
      let replies = try receive(count)
      Issue.record("received \(replies.count)")
      return nil
    } catch {
      return error
    }
  }

  /// Waits until a number of clients wait in blocking commands.
  func waitUntilBlocked(_ count: Int) async throws {
    while try text("INFO", "clients")?.contains("blocked_clients:\(count)\r\n") != true {
      try await Task.sleep(for: .milliseconds(1))
    }
  }
}
