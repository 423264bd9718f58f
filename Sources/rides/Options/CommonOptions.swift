public import ArgumentParser
import EventStreams
import Foundation
public import Logging
import Redis

/// What every command needs to know: where Redis is, and which topic is meant.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where Redis is. REDIS_URL if not given, else redis://127.0.0.1:6379.", valueName: "url"))
  var redis: String?

  @Option(help: ArgumentHelp("The log's name.", valueName: "name"))
  var topic = "rides"

  @Option(help: ArgumentHelp("How many streams the log is split into; only when it is first made.", valueName: "count"))
  var shards: Int?

  @Option(help: ArgumentHelp("What to log to standard error: trace, debug, info, notice, warning, error or critical.",
    valueName: "level"))
  var logLevel: Logger.Level?

  func validate() throws {
    if let shards, !(1...4096).contains(shards) {
      throw ValidationError("--shards must be between 1 and 4096")
    }
    guard !topic.isEmpty, !topic.contains(where: { "{}: \n".contains($0) }) else {
      throw ValidationError("--topic must not be empty, and not hold '{', '}', ':' or blanks")
    }
  }

  /// True if the user said where Redis is.
  var namesRedis: Bool { given != nil }

  private var given: String? {
    if let redis { return redis }
    let variable = ProcessInfo.processInfo.environment["REDIS_URL"] ?? ""
    return variable.isEmpty ? nil : variable
  }

  /// Where Redis is.
  func redisURL() throws -> RedisURL {
    try given.map { try RedisURL($0) } ?? .standard
  }

  /// A connection that is open. Waits for a server that is there and still reads its data.
  func connect(_ role: String) async throws -> Connection {
    var options = ConnectionOptions()
    options.clientName = "rides-\(role)"
    let connection = Connection(try redisURL(), options: options)
    for attempt in 1...100 where try await isLoading(connection) {
      try await Task.sleep(for: Backoff.standard.delay(attempt: attempt))
    }
    return connection
  }

  private func isLoading(_ connection: Connection) async throws -> Bool {
    do {
      // Any command that reads: a server that is still loading refuses it.
      _ = try await connection.integer(["EXISTS", topic])
      return false
    } catch {
      guard error.code == .serverLoading else { throw error }
      return true
    }
  }

  /// The topic, made if it isn't there.
  func openTopic(on connection: Connection) async throws -> Topic {
    try await Topic.open(topic, shardCount: shards, on: connection)
  }

  /// The topic, for commands that only look.
  func findTopic(on connection: Connection) async throws -> Topic {
    guard let found = try await Topic.find(topic, on: connection) else {
      throw Failure("nothing has been published to '\(topic)' at \(connection.url) yet; try `rides publish --simulate 100`")
    }
    return found
  }

  /// A logger to standard error.
  ///
  /// - Parameter standard: the level if none was given.
  func logger(standard: Logger.Level = .warning) -> Logger {
    let level = logLevel ?? standard
    return Logger(label: "rides") { _ in LineLog(level: level) }
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
