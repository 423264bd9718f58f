import Logging
import Redis

/// Keeps a worker's share of the shards: takes free ones, renews, gives back what others should have, notices what was lost.
struct Leases: Sendable {
  let pipeline: Pipeline
  /// For everything but waiting.
  let connection: Connection
  /// For waiting to be woken, which blocks it.
  let waiting: Connection
  /// The reader's, to interrupt its blocking read.
  let reading: Connection
  let topic: Topic
  let settings: WorkerSettings
  let state: any StateReader
  let log: Logger

  private var service: String { pipeline.service.name }

  /// Runs until the task is cancelled.
  func run() async {
    var failures = 0
    var hasJoined = false
    // Turns until the next that looks for everything though nobody asked for it.
    var untilThorough = 0
    while !Task.isCancelled {
      do {
        let (nextLook, tookShards) = try await turn(isThorough: untilThorough == 0)
        untilThorough = untilThorough == 0 ? Self.turnsBetweenThorough : untilThorough - 1
        if !hasJoined {
          // The others have shards to give.
          try await wake(try await roster(holding: Set(await pipeline.owned.keys), leaving: false).map(\.name))
          hasJoined = true
        }
        failures = 0
        let wasWoken = await wait(nextLook)
        if wasWoken || tookShards { untilThorough = 0 }
      } catch {
        failures += 1
        if (error as? RedisError)?.code == .functionMissing {
          // If this fails too, so will the next turn, and say so.
          try? await FunctionLibrary.load(on: connection)
        }
        log.error("cannot keep the leases; will try again", metadata: ["error": "\(error)", "failures": "\(failures)"])
        var generator = SystemRandomNumberGenerator()
        try? await Task.sleep(for: Backoff.reconnect.delay(attempt: failures, using: &generator))
      }
    }
  }

  /// Whoever wants something of a worker wakes it: this is for a wake-up that was lost.
  private static let turnsBetweenThorough = 5

  /// Gives back every shard and leaves, so that others take over at once.
  func leave() async {
    do {
      let owned = await pipeline.owned
      for (shard, term) in owned { try await give(back: shard, term: term) }
      let others = try await roster(holding: [], leaving: true)
      try await wake(others.map(\.name))
      log.info("gave back shards", metadata: ["shards": "\(owned.keys.sorted())"])
    } catch {
      log.warning("could not give back the leases; they run out by themselves", metadata: ["error": "\(error)"])
    }
  }

  /// One look at who is there and what is to be done about it.
  ///
  /// - Parameter isThorough: false to renew the leases without asking what there is to do besides.
  /// - Returns: how long to wait for the next, and whether shards were taken.
  private func turn(isThorough: Bool) async throws -> (nextLook: Duration, tookShards: Bool) {
    try await renew(isThorough: isThorough)
    let owned = await pipeline.owned
    let workers = try await roster(holding: Set(owned.keys), leaving: false)
    let shares = ShardAssignment.shards(
      topic.shardCount, among: Dictionary(workers.map { (Identifier($0.name), $0.shards) }) { first, _ in first })
    let share = shares[settings.name] ?? []

    var nextLook = settings.leaseTime / 2
    await pipeline.keep(owned.keys.filter(share.contains))
    for shard in owned.keys where !share.contains(shard) {
      await pipeline.retire(shard)
      try await interruptReading()
      if let term = await pipeline.release(shard) {
        try await give(back: shard, term: term)
        log.info("gave a shard to another worker", metadata: ["shard": "\(shard)"])
        try await wake(workers.map(\.name).filter { $0 != settings.name })
      } else {
        nextLook = min(nextLook, .milliseconds(20))
      }
    }
    var taken: [Int] = []
    for shard in share.sorted() where owned[shard] == nil {
      if let wait = try await take(shard) {
        nextLook = min(nextLook, max(wait, .milliseconds(1)))
      } else {
        taken.append(shard)
      }
    }
    if !taken.isEmpty {
      log.info("took shards", metadata: ["shards": "\(taken)"])
      _ = try await roster(holding: Set(await pipeline.owned.keys), leaving: false)
      try await interruptReading()
    }
    // A worker that has died leaves the roster when its leases run out: look again right then.
    for worker in workers where worker.name != settings.name {
      nextLook = min(nextLook, worker.expiresIn + .milliseconds(5))
    }
    return (nextLook, !taken.isEmpty)
  }

  // MARK: Leases

  private func leaseCall(
    _ action: String, shard: Int, term: Int, start: String? = nil, pausedBecause: String? = nil,
    isThorough: Bool = false
  ) -> [String] {
    [
      "FCALL", FunctionLibrary.lease, "5", topic.lease(shard, service), topic.log(shard), topic.blocked(shard, service),
      topic.redrive(shard, service), topic.retry(shard, service), action, service, settings.name, String(term),
      String(settings.leaseTime.wholeMilliseconds),
      start ?? settings.start.groupID, reading.clientID.map(String.init) ?? "",
      pausedBecause ?? "", isThorough ? "look" : "",
    ]
  }

  /// Renews every lease, with the connection that is read with now. What is lost is forgotten.
  func renew(isThorough: Bool = true) async throws {
    let owned = await pipeline.owned.sorted { $0.key < $1.key }
    guard !owned.isEmpty else { return }
    let reason = await pipeline.pausedBecause
    var commands = Commands()
    for (shard, term) in owned {
      commands.append(
        leaseCall("renew", shard: shard, term: term, pausedBecause: reason, isThorough: isThorough))
    }
    let answers = try Self.answers(await connection.send(commands))
    for ((shard, term), answer) in zip(owned, answers) {
      guard answer.first == "1" else {
        await pipeline.lose(shard, term: term)
        continue
      }
      if answer.count > 1, answer[1] != "0" { await pipeline.recoverAgain(shard, term: term) }
      if answer.count > 2 { try await redrive(Array(answer.dropFirst(2)), shard: shard, term: term) }
    }
  }

  /// Takes a shard; returns how long until it is worth another try if somebody has it, nil if it is this worker's now.
  private func take(_ shard: Int) async throws -> Duration? {
    // A group that must be made goes on after what this worker has read of the shard, if it ever did.
    let lastRead = await pipeline.lastRead(shard)
    let values = try await connection.strings(
      leaseCall("acquire", shard: shard, term: await pipeline.lastTerm(shard), start: lastRead?.description))
    guard let term = Int(values[0]), term > 0 else {
      return .milliseconds(Int64(values[1]) ?? 0)
    }
    for reader in ReaderConnection.list(values[1]) { await close(reader, shard) }
    let historyEnd = try await connection.call("HGET", topic.lease(shard, service), "history")
    let isCatchingUp = !historyEnd.root.isNil
    if isCatchingUp, settings.history == nil {
      log.error(
        "the service is still in its history, and this worker was started without one: it can't go on",
        metadata: ["shard": "\(shard)"])
      try await give(back: shard, term: term)
      return settings.leaseTime
    }
    await pipeline.own(
      OwnedShard(number: shard, term: term, reader: state), blocked: Set(names: values.dropFirst(4)),
      isCatchingUp: isCatchingUp)
    reportLosses(shard, recreatedAt: values[2], logEnd: StreamID(values[3]) ?? .zero, lastRead: lastRead)
    return nil
  }

  /// Says what the server has lost: a group, or the end of the log or all of it (FLUSHALL, a failover, a restart without the
  /// append-only file).
  private func reportLosses(_ shard: Int, recreatedAt: String, logEnd: StreamID, lastRead: StreamID?) {
    if !recreatedAt.isEmpty {
      log.critical(
        "the consumer group was gone; it was made anew exactly where it was: look for what removes groups",
        metadata: ["shard": "\(shard)", "after": "\(recreatedAt)"])
    }
    if let lastRead, logEnd < lastRead {
      log.critical(
        "the server has lost the end of the log, or all of it: events that were handled are not there any more, and others may never have been delivered",
        metadata: ["shard": "\(shard)", "logEndsAt": "\(logEnd)", "hadRead": "\(lastRead)"])
    }
  }

  /// Closes the connection that an earlier owner, which may only be paused, reads the shard with. It reads on only after it has
  /// looked at its leases. Where that isn't permitted, what it reads is found at the next renewal.
  private func close(_ reader: ReaderConnection, _ shard: Int) async {
    guard reader.worker != settings.name else { return }
    do {
      try await reader.close(over: connection)
    } catch {
      log.warning(
        "could not close the connection of the earlier owner",
        metadata: ["shard": "\(shard)", "owner": "\(reader.worker)", "error": "\(error)"])
    }
  }

  private func give(back shard: Int, term: Int) async throws {
    _ = try await connection.call(leaseCall("release", shard: shard, term: term))
  }

  private static func answers(_ replies: borrowing Replies) throws -> [[String]] {
    var answers: [[String]] = []
    for index in 0..<replies.count {
      if let error = replies[index].error { throw error }
      answers.append(try replies[index].strings())
    }
    return answers
  }

  // MARK: Redriving

  /// Has the dead letters of keys handled again, as an operator asked for.
  private func redrive(_ keys: [String], shard number: Int, term: Int) async throws {
    let shard = OwnedShard(number: number, term: term, reader: state)
    let fresh = Set(await pipeline.beginRedrive(keys, shard: number, term: term))
    guard !fresh.isEmpty else { return }
    let letters = try await DeadLetters(topic: topic, connection: connection).list(service: service, shard: number)
    var decoder = EntryDecoder(service: pipeline.service)
    for key in fresh {
      let deliveries = letters.filter { $0.key.hasSameBytes(as: key) }.map { letter in
        decoder.decode(
          letter.json.span, source: .letter(letter.id), streamID: letter.entryID, shard: shard, deliveries: 0)
      }
      log.notice(
        "redriving dead letters", metadata: ["key": "\(key)", "shard": "\(number)", "letters": "\(deliveries.count)"])
      await pipeline.redrive(deliveries, key: key, shard: shard)
    }
  }

  // MARK: Other workers

  private struct Worker {
    let name: String
    let expiresIn: Duration
    let shards: Set<Int>
  }

  private func roster(holding shards: Set<Int>, leaving: Bool) async throws -> [Worker] {
    let values = try await connection.strings([
      "FCALL", FunctionLibrary.roster, "1", topic.roster(service), settings.name,
      leaving ? "0" : String(settings.leaseTime.wholeMilliseconds),
      shards.sorted().map(String.init).joined(separator: ","),
    ])
    return stride(from: 0, to: values.count - 2, by: 3).map { index in
      Worker(
        name: values[index], expiresIn: .milliseconds(Int64(values[index + 1]) ?? 0),
        shards: Set(values[index + 2].split(separator: ",").compactMap { Int($0) }))
    }
  }

  /// Waits until another worker gives something back, an operator asks for something, or the time is over.
  ///
  /// - Returns: true if it was woken before the time was over.
  private func wait(_ time: Duration) async -> Bool {
    // The answer must come before the connection is given up.
    let time = min(time, settings.effectiveResponseTimeout / 2)
    let deadline = ContinuousClock.now + time
    do {
      let key = topic.wake(service, settings.name)
      let seconds = Double(max(1, time.wholeMilliseconds)) / 1000
      _ = try await waiting.call("BLPOP", key, "\(seconds)")
    } catch {
      // The next turn says so; this only keeps it from coming at once.
      try? await Task.sleep(for: min(time, .milliseconds(200)))
    }
    return ContinuousClock.now < deadline
  }

  private func wake(_ workers: [String]) async throws {
    try await Wake(topic: topic, service: service).wake(workers, on: connection)
  }

  /// Ends the reader's blocking read, so that it sees the shards of now.
  func interruptReading() async throws {
    guard let id = reading.clientID else { return }
    _ = try await connection.call("CLIENT", "UNBLOCK", String(id))
  }

  /// Ends the wait for the next turn, or keeps the turn of now from being followed by one.
  func interruptWaiting() async {
    // Without a server there is nothing to wait for, and the next turn says so.
    try? await wake([settings.name])
  }
}
