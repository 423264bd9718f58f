import HiredisClient
import Logging

/// What a loop of a worker does between a call that failed and the next: it says so, loads the functions if the server has lost them, and
/// waits, the longer the more often it has failed.
struct Perseverance {
  /// What can't be done, for the log: `read`.
  let what: String
  let connection: Connection
  let log: Logger
  private var failures = 0

  init(_ what: String, on connection: Connection, log: Logger) {
    self.what = what
    self.connection = connection
    self.log = log
  }

  /// Takes in that it was done.
  mutating func succeeded() { failures = 0 }

  /// Takes in that it failed, and waits; that is cut short when the task is cancelled.
  mutating func failed(_ error: any Error, _ metadata: Logger.Metadata = [:]) async {
    failures += 1
    var metadata = metadata
    metadata["error"] = "\(error)"
    metadata["failures"] = "\(failures)"
    log.error("cannot \(what); will try again", metadata: metadata)
    if (error as? RedisError)?.code == .functionMissing {
      // If this fails too, so will the next call, and say so.
      try? await FunctionLibrary.load(on: connection)
    }
    try? await Task.sleep(for: Backoff.reconnect.delay(attempt: failures))
  }
}

extension Backoff {
  /// Between attempts to reach a server: 50 ms, doubling, at most 2 s.
  static let reconnect = Backoff(base: .milliseconds(50), cap: .seconds(2), factor: 2)
}
