import HiredisClient
import Logging

/// Forwards what commits have left in the outboxes of a worker's shards, in order, to the shards that it is for.
///
/// First the shard that gets it takes it, and notes how far in the outbox that is; then it is removed from the outbox. Whatever is cut short in
/// between is done again, and takes effect once. What keeps one shard from getting something holds up no other.
///
/// All of one turn goes over one connection: a server that goes back to an earlier moment is another process, and what the one has said of what
/// it has is no reason to remove anything from the other.
actor OutboxForwarder {
  let pipeline: Pipeline
  let connection: Connection
  let namespace: Namespace
  let log: Logger
  var service: String { pipeline.service.name }

  /// What could not be forwarded, by shard that it comes from.
  private var stuck: [Int: StuckOutbox] = [:]
  /// Shards that could not be given something, which was said.
  private var reported: Set<Int> = []

  /// How many bytes an outbox may take before its shard's commits wait.
  static let standardMostBytes = 64 << 20
  private let mostBytes: Int
  /// How long until something that could not be forwarded is tried again,
  private static let retryTime = Duration.seconds(1)
  /// and after how many such times all outboxes are looked at: a server that went back to an earlier moment may have filled one.
  private static let turnsBetweenLooks = 20

  init(
    pipeline: Pipeline, connection: Connection, namespace: Namespace, mostBytes: Int = standardMostBytes, log: Logger
  ) {
    self.mostBytes = mostBytes
    self.pipeline = pipeline
    self.connection = connection
    self.namespace = namespace
    self.log = log
  }

  /// Runs until the task is cancelled.
  func run() async {
    var perseverance = Perseverance("forward events to other shards", on: connection, log: log)
    for await _ in pipeline.outbox.news {
      let shards = pipeline.outbox.take()
      do {
        try await forward(of: shards)
        perseverance.succeeded()
      } catch {
        pipeline.outbox.note(shards)
        await perseverance.failed(error)
      }
    }
  }

  /// Has looked again at what nobody says that it is there. Runs until the task is cancelled.
  func lookAgain() async {
    var turns = 0
    while (try? await Task.sleep(for: Self.retryTime)) != nil {
      turns += 1
      for shard in stuck.keys { stuck[shard]?.isTriedAgain = true }
      pipeline.outbox.note(
        turns.isMultiple(of: Self.turnsBetweenLooks) ? Set(await pipeline.owned.keys) : Set(stuck.keys))
    }
  }

  /// Forwards what can be before the worker's shards are given back: what is left their next owners forward.
  func finish() async {
    do {
      var shards = Set(await pipeline.owned.keys)
      while !shards.isEmpty {
        try await forward(of: shards)
        shards = pipeline.outbox.take()
      }
    } catch {
      log.warning("could not forward all to other shards; the next owners do", metadata: ["error": "\(error)"])
    }
  }

  /// Forwards the first that some outboxes hold.
  private func forward(of shards: Set<Int>) async throws {
    let owned = await pipeline.owned
    try await connection.connect()
    let connectCount = await connection.connectCount
    var outboxes = try await read(shards.sorted(), owned, over: connectCount)
    guard !outboxes.isEmpty else { return }
    var (commands, calls): (Commands, [(index: Int, call: ForwardCall)]) = (Commands(), [])
    for (index, outbox) in outboxes.enumerated() {
      for (target, entries) in outbox.page.byTarget where outbox.isMeant(target) {
        guard namespace.shards.contains(target) else {
          outboxes[index].failed.insert(target)
          continue
        }
        let call = ForwardCall(
          namespace: namespace, service: service, shard: outbox.shard, target: target, page: outbox.page,
          entries: entries, sent: outbox.sent[target] ?? .zero)
        commands.append(call)
        calls.append((index, call))
      }
    }
    let answers = calls.isEmpty ? [] : Self.answers(try await connection.send(commands, overConnection: connectCount))
    for ((index, call), answer) in zip(calls, answers) {
      do {
        guard try await has(call, answer.get()) else {
          outboxes[index].failed.insert(call.target)
          continue
        }
        outboxes[index].take(call)
        if reported.remove(call.target) != nil {
          log.notice("events are forwarded to a shard again", metadata: ["to": "\(call.target)"])
        }
      } catch let error as RedisError where error.concernsOneShard || error.refusal != nil {
        outboxes[index].failed.insert(call.target)
        guard reported.insert(call.target).inserted else { continue }
        log.error(
          "cannot forward events to a shard, others go on; will try again",
          metadata: ["shard": "\(call.shard)", "to": "\(call.target)", "error": "\(error)"])
      }
    }
    try await remove(outboxes, over: connectCount)
  }

  private static func answers(_ replies: borrowing Replies) -> [Result<EntryID, any Error>] {
    (0..<replies.count).map { index in
      if let error = replies[index].error { return .failure(error) }
      return Result { try ForwardCall.answer(replies[index]) }
    }
  }

  // MARK: Reading

  /// Those of the shards' outboxes that hold something to forward.
  private func read(_ shards: [Int], _ owned: [Int: Int], over connectCount: Int) async throws -> [Outbox] {
    var (commands, asked): (Commands, [Outbox]) = (Commands(), [])
    for shard in shards {
      guard let epoch = owned[shard] else {
        stuck[shard] = nil
        continue
      }
      if let known = stuck[shard], !known.isValid(in: epoch, over: connectCount) { stuck[shard] = nil }
      let outbox = Outbox(shard: shard, epoch: epoch, stuck: stuck[shard])
      stuck[shard]?.isTriedAgain = false
      commands.append(
        "XRANGE", namespace.outbox(shard, service), outbox.start, "+", "COUNT", "\(OutboxPage.length)")
      commands.append("HGETALL", namespace.sent(shard, service))
      asked.append(outbox)
    }
    guard !asked.isEmpty else { return [] }
    var problems: [Int: RedisError] = [:]
    let read = try Self.read(
      asked, try await connection.send(commands, overConnection: connectCount), &problems)
    for (shard, problem) in problems {
      log.error("cannot read an outbox", metadata: ["shard": "\(shard)", "error": "\(problem)"])
    }
    // Nothing is left, but for what is stuck.
    for outbox in read where outbox.page.last == nil && outbox.start == "-" {
      stuck[outbox.shard] = nil
      if pipeline.outbox.set(outbox.shard, isFull: false) { await pipeline.wake() }
    }
    return read.filter { $0.page.last != nil }
  }

  private static func read(
    _ asked: [Outbox], _ replies: borrowing Replies, _ problems: inout [Int: RedisError]
  ) throws -> [Outbox] {
    var outboxes: [Outbox] = []
    for (index, outbox) in asked.enumerated() {
      if let error = replies[index * 2].error ?? replies[index * 2 + 1].error {
        guard error.concernsOneShard else { throw error }
        problems[outbox.shard] = error
      } else {
        var outbox = outbox
        try outbox.read(replies[index * 2], replies[index * 2 + 1])
        outboxes.append(outbox)
      }
    }
    return outboxes
  }

  // MARK: Removing

  private func remove(_ outboxes: [Outbox], over connectCount: Int) async throws {
    var commands = Commands()
    for outbox in outboxes where !outbox.taken.isEmpty {
      commands.append(
        SentCall(
          namespace: namespace, service: service, shard: outbox.shard, places: outbox.places, entries: outbox.taken))
    }
    if commands.count > 0 { try Self.check(await connection.send(commands, overConnection: connectCount)) }
    for outbox in outboxes {
      stuck[outbox.shard] = outbox.stuck(over: connectCount)
      // More may have come while this was on its way; of that its commit tells.
      if outbox.hasMore { pipeline.outbox.note(outbox.shard) }
      if outbox.isLong || stuck[outbox.shard] != nil || pipeline.outbox.isFull(outbox.shard) {
        try await measure(outbox.shard)
      }
    }
  }

  private static func check(_ replies: borrowing Replies) throws { try replies.check() }

  /// Has a shard's commits wait while its outbox holds too much.
  private func measure(_ shard: Int) async throws {
    let usage = try await connection.call("MEMORY", "USAGE", namespace.outbox(shard, service))
    let isFull = usage.root.lenientInteger ?? 0 > mostBytes
    guard pipeline.outbox.set(shard, isFull: isFull) else { return }
    if isFull {
      log.error(
        "a shard's outbox is full: its events wait until more is forwarded to other shards",
        metadata: ["shard": "\(shard)", "bytes": "\(mostBytes)"])
    } else {
      await pipeline.wake()
    }
  }
}
