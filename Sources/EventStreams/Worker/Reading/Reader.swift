import CoreMetrics
import HiredisClient
import Logging

/// Reads entries of a worker's shards, as fast as the pipeline takes them.
struct Reader: Sendable {
  let pipeline: Pipeline
  let connection: Connection
  /// Tells what comes into the logs of a cluster.
  let watch: KeyWatch
  let leases: Leases
  let namespace: Namespace
  let settings: WorkerSettings
  /// What is measured; nil if nobody does.
  let timers: WorkerTimers?
  let log: Logger

  /// Runs until the pipeline drains.
  func run() async {
    var decoder = EntryDecoder(service: pipeline.service)
    var perseverance = Perseverance("read", on: connection, log: log)
    // The connection that stands in the leases; no other is read with.
    var registered: Registration?
    // The clients that read last, which may be about to read once more although nobody listens to them, and the shards for which
    // that has been made sure not to be.
    var lastReaders: ClientNumbers?
    var closed: Set<Int> = []
    var merged = MergedReading()
    var idleness = Idleness()
    var unwatched: RedisError?
    var quiet = QuietShards()
    while let reading = await pipeline.nextReading(carrying: merged.load) {
      do {
        switch reading {
        case .new(let shards, let count, let wait):
          if let known = registered {
            lastReaders = connection.clientNumbers
            closed = []
            for shard in merged.keep(only: shards) { await pipeline.tell { $0.forgetPending(shard) } }
            if known.isCluster {
              let isWhole = try await readNodes(
                shards, count: count, wait: wait, over: known, &quiet, &idleness, &merged, &decoder)
              if !isWhole { registered = nil }
            } else {
              try await read(shards, count: count, wait: wait, over: known, &merged, &decoder)
            }
          } else {
            quiet.removeAll()
            registered = try await register(known: &unwatched)
          }
        case .recover(let shard, let after, let count, let others):
          if let last = lastReaders, closed.insert(shard.number).inserted { try await close(last, of: shard) }
          try await recover(shard, after: after, count: count, others: others, &decoder)
        }
        perseverance.succeeded()
      } catch {
        registered = nil
        merged.removeAll()
        await pipeline.tell { $0.readFailed() }
        await perseverance.failed(error)
      }
    }
  }

  /// Connects, and writes the connection's id into the leases; those that were lost meanwhile are forgotten.
  ///
  /// - Parameter reason: why nothing could be listened to the last time, which was said.
  private func register(known reason: inout RedisError?) async throws -> Registration {
    try await connection.connect()
    let isCluster = await connection.isCluster
    let refusal = isCluster ? await listen() : nil
    if let refusal, refusal.code != reason?.code {
      log.notice(
        "cannot listen for what comes into the log; asks again and again", metadata: ["error": "\(refusal)"])
    }
    reason = refusal
    let count = await connection.connectCount
    var commands = Commands()
    commands.append("INFO", "server")
    let wakesWithSnapshot = Self.wakesWithSnapshot(try await connection.send(commands))
    try await leases.renew()
    return Registration(
      connectCount: count, wakesWithSnapshot: wakesWithSnapshot, isCluster: isCluster,
      isWatched: isCluster && refusal == nil,
      listensAgain: refusal?.isRetriable == true ? .now + Self.deafness : nil)
  }

  /// Has the nodes of a cluster tell what comes into the log.
  ///
  /// - Returns: why they can't be had to.
  private func listen() async -> RedisError? {
    do throws(RedisError) {
      try await watch.listen(for: connection)
      return nil
    } catch {
      return error
    }
  }

  /// How long until it is tried again to listen to nodes.
  private static let deafness = Duration.seconds(5)

  /// A connection that stands in the leases.
  private struct Registration {
    let connectCount: Int
    /// Whether a read that has waited shows all streams as they are when it wakes up. Before Redis 7.2 it shows the one that woke it, and what
    /// the same call has added to others is missing.
    let wakesWithSnapshot: Bool
    /// Whether no read may touch two shards: then none can wait for all of them.
    let isCluster: Bool
    /// Whether its nodes tell what comes,
    let isWatched: Bool
    /// and if not, when to ask them again to do so.
    let listensAgain: ContinuousClock.Instant?
  }

  /// Where the user may not ask, it is taken for an old server.
  private static func wakesWithSnapshot(_ replies: borrowing Replies) -> Bool {
    guard replies[0].error == nil else { return false }
    for line in replies[0].lossyText.split(whereSeparator: \.isNewline) where line.hasPrefix("redis_version:") {
      let numbers = line.dropFirst("redis_version:".count).split(separator: ".").compactMap { Int($0) }
      return numbers.count > 1 && (numbers[0], numbers[1]) >= (7, 2)
    }
    return false
  }

  /// One read over all topics of all shards, which waits for new entries.
  private func read(
    _ shards: [OwnedShard], count: Int, wait: Duration, over registered: Registration, _ merged: inout MergedReading,
    _ decoder: inout EntryDecoder
  ) async throws {
    var commands = Commands()
    append(to: &commands, readOf: shards, count: count, wait: wait)
    let replies = try await receive(commands, over: registered)
    if let error = Self.error(replies) {
      guard error.concernsOneShard else { throw error }
      var nobody = QuietShards()
      _ = try await readEach(shards, count: count, over: registered, &nobody, &merged, &decoder)
      return
    }
    let mayBePartial = wait > .zero && !registered.wakesWithSnapshot
    let owned = try await stillOwned(shards, hasRead: Self.hasEntries(replies))
    try await admit(
      ready(of: replies, shards, owned, count: count, mayBePartial: mayBePartial, &merged), &decoder)
  }

  /// Reads the shards of a cluster in which there may be something, or waits for one to be told of.
  ///
  /// - Returns: false if the connection is to be registered anew.
  private func readNodes(
    _ shards: [OwnedShard], count: Int, wait: Duration, over known: Registration, _ quiet: inout QuietShards,
    _ idleness: inout Idleness, _ merged: inout MergedReading, _ decoder: inout EntryDecoder
  ) async throws -> Bool {
    if known.isWatched {
      let changes = await watch.changes(within: quiet.unread(of: shards, at: .now).isEmpty ? wait : .zero)
      quiet.take(changes)
      if case .unknown = changes { return false }
    }
    let unread = quiet.unread(of: shards, at: .now)
    guard !unread.isEmpty else { return true }
    let found = try await readEach(unread, count: count, over: known, &quiet, &merged, &decoder)
    guard found.reachedAll else { return false }
    guard !known.isWatched else { return true }
    try await idleness.wait(atMost: found.streams > 0 ? .zero : wait)
    return known.listensAgain.map { $0 > .now } ?? true
  }

  /// Reads each shard by itself, all of them at once, without waiting: in a cluster, where no command may touch two of them, and after
  /// one of them has kept all from being read. What can't be read by itself either is left alone.
  ///
  /// - Returns: how many topics had something, and whether the nodes of all shards answered.
  private func readEach(
    _ shards: [OwnedShard], count: Int, over registered: Registration, _ quiet: inout QuietShards,
    _ merged: inout MergedReading, _ decoder: inout EntryDecoder
  ) async throws -> (streams: Int, reachedAll: Bool) {
    var commands = Commands()
    let watched = registered.isWatched ? quiet.watch(shards, of: namespace, in: &commands) : []
    for shard in shards { append(to: &commands, readOf: [shard], count: count, wait: .zero) }
    var replies = try await receive(commands, over: registered)
    let isWatched = QuietShards.areWatched(watched, in: replies)
    replies.removeFirst(watched.count * QuietShards.commandsEach)
    let problems = Self.errors(replies)
    for (index, error) in problems {
      guard error.concernsOneShard else { throw error }
      // Taking a shard anew makes its group again.
      let loss = error.code == .noGroup ? .fenced : ShardLoss(error)
      await pipeline.tell { $0.lose(shards[index].number, epoch: shards[index].epoch, because: loss) }
    }
    let readable = shards.indices.filter { problems[$0] == nil }.map { shards[$0] }
    for (index, shard) in shards.enumerated() where problems[index] == nil {
      quiet.take(replies[index], of: shard, count: count, isWatched: isWatched.contains(shard.number))
    }
    let owned = try await stillOwned(readable, hasRead: Self.hasEntries(replies))
    let read = ready(of: replies, shards, owned, count: count, mayBePartial: false, isEach: true, &merged)
    try await admit(read, &decoder)
    return (read.streams, !problems.values.contains(where: \.concernsOneNode))
  }

  private func receive(_ commands: Commands, over registered: Registration) async throws -> Replies {
    guard let timers else { return try await connection.send(commands, overConnection: registered.connectCount) }
    let start = ContinuousClock.now
    do {
      let replies = try await connection.send(commands, overConnection: registered.connectCount)
      timers.received(since: start, Self.error(replies))
      return replies
    } catch {
      timers.received(since: start, error)
      throw error
    }
  }

  private static func errors(_ replies: borrowing Replies) -> [Int: RedisError] {
    var errors: [Int: RedisError] = [:]
    for index in 0..<replies.count { errors[index] = replies[index].error }
    return errors
  }

  /// Of the shards of a read those that are owned still, where that matters: of the others, topics may be missing.
  private func stillOwned(_ shards: [OwnedShard], hasRead: Bool) async throws -> [OwnedShard] {
    guard let possession, hasRead else { return shards }
    var commands = Commands()
    possession.ask(shards, in: &commands)
    let lost = Self.lost(of: shards, possession, in: try await connection.send(commands))
    for shard in lost { await pipeline.tell { $0.lose(shard.number, epoch: shard.epoch, because: .fenced) } }
    return lost.isEmpty ? shards : shards.filter { shard in !lost.contains { $0.number == shard.number } }
  }

  private static func hasEntries(_ replies: borrowing Replies) -> Bool {
    for index in 0..<replies.count where replies[index].count > 0 { return true }
    return false
  }

  private static func lost(
    of shards: [OwnedShard], _ possession: Possession, in replies: borrowing Replies
  ) -> [OwnedShard] { possession.lost(of: shards, in: replies) }

  private func append(to commands: inout Commands, readOf shards: [OwnedShard], count: Int, wait: Duration) {
    let waits = wait > .zero
    let streams = shards.reduce(0) { $0 + $1.topics.count }
    commands.begin(argumentCount: (waits ? 9 : 7) + streams * 2)
    for word: StaticString in ["XREADGROUP", "GROUP"] { commands.argument(word) }
    commands.argument(pipeline.service.name)
    commands.argument(settings.name)
    commands.argument("COUNT")
    commands.argument(count)
    if waits {
      commands.argument("BLOCK")
      commands.argument(max(1, wait.wholeMilliseconds))
    }
    commands.argument("STREAMS")
    for shard in shards {
      for topic in shard.topics { commands.argument(namespace.log(shard.number, topic)) }
    }
    for _ in 0..<streams { commands.argument(">") }
  }

  /// Nil for a service of which topics that appear are none of its concern.
  private var possession: Possession? {
    pipeline.service.subscription.isOfAll
      ? Possession(namespace: namespace, service: pipeline.service.name, worker: settings.name) : nil
  }

  private func admit(
    _ read: (pages: [Page], streams: Int), _ decoder: inout EntryDecoder
  ) async throws {
    if pipeline.service.takesPages { return await pipeline.tell { $0.admit(read.pages, streams: read.streams) } }
    let pages = await pipeline.tell { $0.give(read.pages, streams: read.streams) }
    guard !pages.isEmpty else { return }
    let deliveries = pages.flatMap { $0.deliveries(&decoder) }
    let found = try await ReadAhead.found(for: deliveries, pipeline.service, namespace, connection)
    await pipeline.tell { $0.admit(deliveries, found) }
  }

  private static func error(_ replies: borrowing Replies) -> RedisError? { replies[0].error }

  /// What may be handled of an answer and of what was carried, by shard, left as it is; and how many streams had something.
  ///
  /// - Parameters:
  ///   - shards: what was read.
  ///   - owned: of these, those that are owned still.
  ///   - isEach: whether each shard has a reply of its own.
  private func ready(
    of replies: consuming Replies, _ shards: [OwnedShard], _ owned: [OwnedShard], count: Int, mayBePartial: Bool,
    isEach: Bool = false, _ merged: inout MergedReading
  ) -> (pages: [Page], streams: Int) {
    var streams = 0
    for index in 0..<replies.count { streams += replies[index].count }
    var found: [(shard: OwnedShard, parts: [Page.Part])] = []
    // A reply leaves out streams without new entries, and keeps the order.
    var (reply, next) = (0, 0)
    for (index, shard) in shards.enumerated() {
      if isEach { (reply, next) = (index, 0) }
      var parts: [Page.Part] = []
      for (topic, name) in shard.topics.enumerated() where next < replies[reply].count {
        guard replies[reply][next][0].isEqual(to: namespace.log(shard.number, name)) else { continue }
        let entries = replies[reply][next][1].count
        if entries > 0 { parts.append(Page.Part(topic: topic, reply: reply, stream: next, count: entries)) }
        next += 1
      }
      if owned.contains(where: { $0.number == shard.number }) { found.append((shard, parts)) }
      if let timers { for part in parts { timers.consumed(part.count, of: shard.topics[part.topic]) } }
    }
    let answer = Page.Answer(replies)
    let pages: [Page] = found.compactMap { shard, parts in
      let page = parts.isEmpty ? nil : Page(of: answer, parts, shard: shard)
      let cutAt = parts.filter { $0.count >= count && shard.topics.count > 1 }.map { answer.last(of: $0) }.min()
      return merged.merge(
        page, of: shard, cutAt: cutAt,
        isSnapshot: !mayBePartial || streams != 1 || shard.topics.count == 1 || page == nil)
    }
    return (pages, streams)
  }
}
