import HiredisClient
import Logging

/// Keeps a worker's share of the shards: takes free ones, renews, gives back what others should have, notices what was lost.
struct Leases: Sendable {
  let pipeline: Pipeline
  /// For everything but waiting.
  let connection: Connection
  /// For waiting to be woken, which blocks it.
  let waiting: Connection
  /// The reader's, to interrupt its blocking read,
  let reading: Connection
  /// or its wait, in a cluster.
  let watch: KeyWatch
  let namespace: Namespace
  let settings: WorkerSettings
  let state: CommittedState
  let log: Logger

  private var service: String { pipeline.service.name }

  /// Runs until the task is cancelled.
  func run() async {
    var perseverance = Perseverance("keep the leases", on: connection, log: log)
    var hasJoined = false
    var isReady = false
    var hasMetNamesake = false
    let namesake = Namesake(connection: connection, namespace: namespace, service: service, settings: settings)
    var surroundings = Surroundings()
    // Turns until the next that looks for everything though nobody asked for it.
    var untilThorough = 0
    while !Task.isCancelled {
      do {
        if !hasJoined {
          if let address = try await namesake.address() {
            if !hasMetNamesake {
              log.error(
                "another worker of the service has the same name; this one waits until that is gone: names must be unique",
                metadata: ["address": "\(address)"])
            }
            hasMetNamesake = true
            try? await Task.sleep(for: .seconds(1))
            continue
          }
          // Who has joined by whatever fails next must not take its own entry for another's.
          let others = try await roster(holding: [], leaving: false).map(\.name)
          hasJoined = true
          // They have shards to give.
          try await wake(others)
        }
        let (nextLook, tookShards) = try await turn(isThorough: untilThorough == 0, &surroundings)
        if tookShards, !isReady {
          isReady = true
          await settings.whenReady?()
        }
        untilThorough = untilThorough == 0 ? Self.turnsBetweenThorough : untilThorough - 1
        perseverance.succeeded()
        let wasWoken = await wait(nextLook)
        if wasWoken || tookShards { untilThorough = 0 }
      } catch {
        await perseverance.failed(error)
      }
    }
  }

  /// Whoever wants something of a worker wakes it: this is for a wake-up that was lost.
  private static let turnsBetweenThorough = 5

  /// Gives back every shard and leaves, so that others take over at once.
  func leave() async {
    do {
      let owned = await pipeline.owned.merging(await pipeline.ask({ $0.unreturned })) { owned, _ in owned }
      for (shard, epoch) in owned { try await give(back: shard, epoch: epoch) }
      let others = try await roster(holding: [], leaving: true)
      try await wake(others.map(\.name))
      log.info("gave back shards", metadata: ["shards": "\(owned.keys.sorted())"])
    } catch {
      log.warning("could not give back the leases; they run out by themselves", metadata: ["error": "\(error)"])
    }
  }

  /// One look at who is there and what is to be done about it.
  ///
  /// - Parameters:
  ///   - isThorough: false to renew the leases without asking what there is to do besides.
  ///   - surroundings: what it saw the last time.
  /// - Returns: how long to wait for the next, and whether shards were taken.
  private func turn(
    isThorough: Bool, _ surroundings: inout Surroundings
  ) async throws -> (nextLook: Duration, tookShards: Bool) {
    if let found = try await reached({ try await Pauses(namespace: namespace, connection: connection).list() }) {
      surroundings.pauses = found[service] ?? []
    }
    let pauses = surroundings.pauses
    let paused = PauseSet(pauses)
    await pipeline.tell { $0.pause(paused) }
    try await renew(isThorough: isThorough)
    try await reportLosses()
    let owned = await pipeline.owned
    let found = try await reached { try await roster(holding: Set(owned.keys), leaving: false) }
    if (found == nil) != surroundings.areOld {
      surroundings.areOld = found == nil
      log.warning(
        found == nil ? "cannot ask who else works; going on with those who did" : "can ask again who else works")
    }
    surroundings.workers = found ?? surroundings.workers
    let workers = surroundings.workers
    let shares = ShardAssignment.shards(
      namespace.shardCount, among: Dictionary(workers.map { (Identifier($0.name), $0.note) }) { first, _ in first })
    let share = shares[settings.name] ?? []

    var nextLook = settings.leaseTime / 2
    let kept = owned.keys.filter(share.contains)
    await pipeline.tell { $0.keep(kept) }
    for shard in owned.keys where !share.contains(shard) {
      await pipeline.tell { $0.retire(shard) }
      try await interruptReading()
      if await !pipeline.tell({ $0.release(shard) }) { nextLook = min(nextLook, .milliseconds(20)) }
    }
    // Until it has been said, also if it could not be said before.
    for (shard, epoch) in await pipeline.ask({ $0.unreturned }) where !share.contains(shard) {
      try await give(back: shard, epoch: epoch)
      await pipeline.tell { $0.returned(shard, epoch: epoch) }
      log.info("gave a shard to another worker", metadata: ["shard": "\(shard)"])
      try await wake(workers.map(\.name).filter { $0 != settings.name })
    }
    var taken: [Int] = []
    for shard in share.sorted() where await !pipeline.owned.keys.contains(shard) {
      if let wait = try await takeUnlessAside(shard) {
        nextLook = min(nextLook, max(wait, .milliseconds(1)))
      } else {
        taken.append(shard)
      }
    }
    if !taken.isEmpty {
      log.info(
        "took shards",
        metadata: [
          "shards": "\(taken)", "topics": "\(pipeline.service.subscription.topics.joined(separator: " "))",
        ])
      let held = Set(await pipeline.owned.keys)
      _ = try await reached { try await roster(holding: held, leaving: false) }
      try await interruptReading()
    }
    // One that ends by itself ends for everybody.
    for end in pauses.compactMap(\.until) { nextLook = min(nextLook, max(.milliseconds(1), end - .now())) }
    // A worker that has died leaves the roster when its leases run out: look again right then.
    for worker in workers where worker.name != settings.name {
      nextLook = min(nextLook, worker.expiresIn + .milliseconds(5))
    }
    return (nextLook, !taken.isEmpty)
  }

  // MARK: Leases

  private func leaseCall(
    _ action: LeaseCall.Action, shard: Int, epoch: Int, start: String? = nil, pausedBecause: String? = nil,
    isThorough: Bool = false, known: ShardKnowledge? = nil
  ) -> LeaseCall {
    LeaseCall(
      action: action, namespace: namespace, shard: shard, subscription: pipeline.service.subscription,
      worker: settings.name, epoch: epoch,
      timeToLive: settings.leaseTime, start: start ?? settings.start.groupID,
      reader: reading.clientNumbers.id(for: namespace.lease(shard, service)),
      pausedBecause: pausedBecause, looks: isThorough, commits: known?.commits ?? 0, lastRead: known?.lastRead)
  }

  /// Renews every lease, with the connection that is read with now. What is lost is forgotten.
  func renew(isThorough: Bool = true) async throws {
    let owned = await pipeline.owned.sorted { $0.key < $1.key }
    guard !owned.isEmpty else { return }
    let reason = await pipeline.ask { $0.pausedBecause }
    var commands = Commands()
    var commits: [Int] = []
    for (shard, epoch) in owned {
      let known = await pipeline.ask { $0.knowledge(of: shard) }
      commits.append(known.commits)
      commands.append(
        leaseCall(
          .renew, shard: shard, epoch: epoch, pausedBecause: reason, isThorough: isThorough, known: known))
    }
    let answers = Self.answers(try await connection.send(commands))
    for (((shard, epoch), commits), answer) in zip(zip(owned, commits), answers) {
      do {
        try await renewed(shard, epoch: epoch, asOf: commits, answer.get())
      } catch let error as RedisError where !error.concernsOneShard {
        throw error
      } catch {
        await pipeline.tell { $0.lose(shard, epoch: epoch, because: ShardLoss(error)) }
      }
    }
  }

  private func renewed(_ shard: Int, epoch: Int, asOf commits: Int, _ answer: LeaseCall.Answer) async throws {
    guard answer.isKept else {
      let loss: ShardLoss = answer.isRewound ? .rewound : answer.isShifted ? .shifted : .fenced
      return await pipeline.tell { $0.lose(shard, epoch: epoch, because: loss) }
    }
    if answer.hasForeign { await pipeline.tell { $0.recoverAgain(shard, epoch: epoch) } }
    if let keys = answer.redriven { try await redrive(keys, shard: shard, epoch: epoch, asOf: commits) }
  }

  /// Takes a shard, unless something has stopped it that concerns it alone: then it is left alone for a while, and others go on.
  ///
  /// - Returns: how long until it is worth another try; nil if it is this worker's now.
  private func takeUnlessAside(_ shard: Int) async throws -> Duration? {
    if let time = await pipeline.ask({ $0.knowledge(of: shard) }).setbacks.asideUntil, time > .now {
      return time - .now
    }
    do {
      return try await take(shard)
    } catch let error as RedisError where !error.concernsOneShard {
      throw error
    } catch {
      await pipeline.tell { $0.couldNotTake(shard, error) }
      return await pipeline.ask { $0.knowledge(of: shard) }.setbacks.asideUntil.map { $0 - .now }
    }
  }

  /// Takes a shard; returns how long until it is worth another try if somebody has it, nil if it is this worker's now.
  private func take(_ shard: Int) async throws -> Duration? {
    // A group that must be made goes on after what this worker has read of the shard, if it ever did.
    let known = await pipeline.ask { $0.knowledge(of: shard) }
    let answer = try await connection.call(
      leaseCall(.acquire, shard: shard, epoch: known.epoch, start: known.lastRead?.id.description, known: known))
    if answer.wentBack {
      await pipeline.tell { $0.foundBehind(shard) }
      try await reportLosses()
    }
    guard let epoch = answer.epoch else { return answer.wait }
    for reader in answer.readers { await close(reader, shard) }
    if let place = answer.restoredAfter {
      log.critical(
        "the consumer group was gone; it was made anew exactly where it was: look for what removes groups",
        metadata: ["shard": "\(shard)", "after": "\(place)"])
    }
    if let shift = answer.shift { report(shift, of: shard) }
    let historyEnd = try Self.place(await connection.call("HGET", namespace.lease(shard, service), "history"))
    if historyEnd != nil, settings.history == nil {
      log.error(
        "the service is still in its history, and this worker was started without one: it can't go on",
        metadata: ["shard": "\(shard)"])
      try await give(back: shard, epoch: epoch)
      return settings.leaseTime
    }
    let owned = OwnedShard(
      number: shard, epoch: epoch, topics: answer.topics, subscription: pipeline.service.subscription,
      reader: StateAsHandled(committed: state, pipeline: pipeline, epoch: epoch))
    if historyEnd != nil, let topic = owned.topics.indices.first(where: owned.isForeign) {
      // What the history holds of it can't be told from what the service doesn't want, and would be passed over.
      log.error(
        "the service is still in its history, and a later version of it wants a topic that this worker handles nothing of: that version must go on with it",
        metadata: ["shard": "\(shard)", "topic": "\(owned.topics[topic])"])
      await pipeline.tell { $0.found(.topic(Identifier(owned.topics[topic])), inShard: shard) }
      try await give(back: shard, epoch: epoch)
      return settings.leaseTime
    }
    let blocked = Set(names: answer.blocked)
    try await redriveUnread(shard: shard, blocked: blocked)
    await pipeline.tell {
      $0.own(owned, blocked: blocked, delivered: answer.delivered, historyEnd: historyEnd)
    }
    return nil
  }

  private static func place(_ reply: borrowing Reply) throws -> EntryID? {
    try reply.root.optionalString().flatMap { EntryID($0) }
  }

  /// Closes the connection that an earlier owner, which may only be paused, reads the shard with. It reads on only after it has
  /// looked at its leases. Where that isn't permitted, what it reads is found at the next renewal.
  private func close(_ reader: ReaderConnection, _ shard: Int) async {
    guard reader.worker != settings.name else { return }
    do {
      try await reader.close(over: connection, near: namespace.lease(shard, service))
    } catch {
      log.warning(
        "could not close the connection of the earlier owner",
        metadata: ["shard": "\(shard)", "owner": "\(reader.worker)", "error": "\(error)"])
    }
  }

  /// Gives a shard back; where something stops that shard alone, its lease runs out by itself.
  private func give(back shard: Int, epoch: Int) async throws {
    do {
      _ = try await connection.call(leaseCall(.release, shard: shard, epoch: epoch))
    } catch let error as RedisError where error.concernsOneShard {
      log.warning("could not give back a shard", metadata: ["shard": "\(shard)", "error": "\(error)"])
    }
  }

  private static func answers(_ replies: borrowing Replies) -> [Result<LeaseCall.Answer, any Error>] {
    (0..<replies.count).map { index in
      if let error = replies[index].error { return .failure(error) }
      return Result { try LeaseCall.answer(replies[index]) }
    }
  }

  // MARK: Other workers

  private func roster(holding shards: Set<Int>, leaving: Bool) async throws -> [RosterCall.Member] {
    try await connection.call(
      RosterCall(
        namespace: namespace, service: service, worker: settings.name, timeToLive: leaving ? nil : settings.leaseTime,
        note: RosterNote(
          shards: shards, reads: ReadingScope(pipeline.service), unread: await pipeline.ask { $0.unread })))
  }

  /// Waits until another worker gives something back, an operator asks for something, or the time is over.
  ///
  /// - Returns: true if it was woken before the time was over.
  private func wait(_ time: Duration) async -> Bool {
    // The answer must come before the connection is given up.
    let time = min(time, settings.effectiveResponseTimeout / 2)
    let deadline = ContinuousClock.now + time
    do {
      let key = namespace.wake(service, settings.name)
      let seconds = Double(max(1, time.wholeMilliseconds)) / 1000
      _ = try await waiting.call("BLPOP", key, "\(seconds)")
    } catch {
      // The next turn says so; this only keeps it from coming at once.
      try? await Task.sleep(for: min(time, .milliseconds(200)))
    }
    return ContinuousClock.now < deadline
  }

  private func wake(_ workers: [String]) async throws {
    try await Wake(namespace: namespace, service: service).wake(workers, on: connection)
  }

  /// Ends the reader's blocking read, so that it sees the shards of now.
  func interruptReading() async throws {
    watch.interrupt()
    guard await !reading.isCluster, let id = reading.clientID else { return }
    _ = try await connection.call("CLIENT", "UNBLOCK", String(id))
  }

  /// Ends the wait for the next turn, or keeps the turn of now from being followed by one.
  func interruptWaiting() async {
    // Without a server there is nothing to wait for, and the next turn says so.
    try? await wake([settings.name])
  }
}
