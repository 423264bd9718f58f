import HiredisClient
import Logging

/// Moves events that are due into the logs: those of any shard, so that none waits for a worker that has died.
///
/// One command asks all shards when there is something to do; nothing else happens while there is not.
struct DueEvents: Sendable {
  let pipeline: Pipeline
  let connection: Connection
  let namespace: Namespace
  let log: Logger

  /// How long between two looks at the longest: something may have been scheduled meanwhile;
  static let interval = Duration.milliseconds(700)
  /// and at the shortest, so that what is due in quick succession is moved together.
  static let pause = Duration.milliseconds(50)
  /// How long the shards of others are left to them.
  static let grace = Duration.milliseconds(100)

  /// Runs until the task is cancelled.
  func run() async {
    var perseverance = Perseverance("move what is due into the log", on: connection, log: log)
    while !Task.isCancelled {
      do {
        let wait = try await look()
        perseverance.succeeded()
        try? await Task.sleep(for: max(wait, Self.pause))
      } catch {
        await perseverance.failed(error)
      }
    }
  }

  /// Moves what is due; returns how long to wait until the next look.
  private func look() async throws -> Duration {
    let times = try await times()
    guard times.contains(where: { $0 != nil }) else { return Self.interval }
    let now = try Self.now(await connection.call("TIME"))
    let owned = await pipeline.owned
    var wait = Self.interval
    var commands = Commands()
    for (shard, time) in zip(namespace.shards, times) {
      guard let time else { continue }
      let due = .milliseconds(time - now) + (owned[shard] == nil ? Self.grace : .zero)
      if due <= .zero {
        commands.append(DueCall(namespace: namespace, shard: shard))
      } else {
        wait = min(wait, due)
      }
    }
    guard commands.count > 0 else { return wait }
    return try min(
      wait,
      Self.waits(await connection.send(commands)) { problem in
        log.warning("cannot move what is due into a shard's log; will try again", metadata: ["error": "\(problem)"])
      })
  }

  /// When somebody should look at each shard, in ms of the server's clock; nil where nothing waits.
  private func times() async throws -> [Int64?] {
    let keys = namespace.shards.map(namespace.scheduledNext)
    try await connection.connect()
    guard await connection.isCluster else { return try Self.times(await connection.call(["MGET"] + keys)) }
    // No command may ask two shards there.
    var commands = Commands()
    for key in keys { commands.append("GET", key) }
    return try Self.times(await connection.send(commands))
  }

  private static func times(_ reply: borrowing Reply) throws -> [Int64?] {
    try reply.root.check()
    return (0..<reply.root.count).map { time(reply.root[$0]) }
  }

  private static func times(_ replies: borrowing Replies) throws -> [Int64?] {
    var times: [Int64?] = []
    for index in 0..<replies.count {
      let error = replies[index].error
      if let error, !error.concernsOneShard { throw error }
      times.append(error == nil ? time(replies[index]) : nil)
    }
    return times
  }

  private static func time(_ reply: borrowing ReplyNode) -> Int64? {
    reply.isNil ? nil : reply.lossyText.split(separator: " ").first.flatMap { Int64($0) }
  }

  private static func now(_ reply: borrowing Reply) throws -> Int64 {
    Int64(try reply.root[0].integer()) * 1000 + Int64(try reply.root[1].integer()) / 1000
  }

  /// The least that the shards' answers want waited for. What one shard's keys are to blame for keeps no other from being moved.
  private static func waits(_ replies: borrowing Replies, _ onProblem: (RedisError) -> Void) throws -> Duration {
    var wait = interval
    for index in 0..<replies.count {
      if let error = replies[index].error {
        guard error.concernsOneShard else { throw error }
        onProblem(error)
        continue
      }
      if let next = try DueCall.answer(replies[index]).wait { wait = min(wait, next) }
    }
    return wait
  }
}
