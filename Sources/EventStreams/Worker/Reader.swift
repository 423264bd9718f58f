import Logging
import Redis

/// Reads entries of a worker's shards, as fast as the pipeline takes them.
struct Reader: Sendable {
  let pipeline: Pipeline
  let connection: Connection
  let leases: Leases
  let namespace: Namespace
  let settings: WorkerSettings
  let log: Logger

  /// Runs until the pipeline drains.
  func run() async {
    var decoder = EntryDecoder(service: pipeline.service)
    var perseverance = Perseverance("read", on: connection, log: log)
    // The connection that stands in the leases; no other is read with.
    var registered: Int?
    // The client that read last, which may be about to read once more although nobody listens to it.
    var lastReader: Int?
    while let reading = await pipeline.nextReading() {
      do {
        switch reading {
        case .new(let shards, let count, let wait):
          if let known = registered {
            lastReader = connection.clientID
            try await read(shards, count: count, wait: wait, over: known, &decoder)
          } else {
            registered = try await register()
          }
        case .recover(let shard, let after, let count, let others):
          if let last = lastReader { try await close(last) }
          lastReader = nil
          try await recover(shard, after: after, count: count, others: others, &decoder)
        }
        perseverance.succeeded()
      } catch {
        registered = nil
        await pipeline.readFailed()
        await perseverance.failed(error)
      }
    }
  }

  /// Connects, and writes the connection's id into the leases; those that were lost meanwhile are forgotten.
  private func register() async throws -> Int {
    try await connection.connect()
    let count = await connection.connectCount
    try await leases.renew()
    return count
  }

  /// Closes a connection of this worker that was given up: a server that stood still may not have noticed yet.
  private func close(_ client: Int) async throws {
    guard connection.clientID != client else { return }
    var commands = Commands()
    commands.append("CLIENT", "LIST", "ID", String(client))
    // Where it is not permitted, or there is no such client any more, the answer is an error, and there is nothing to do.
    let isOurs = Self.names(try await connection.send(commands), ReaderConnection.name(of: settings.name))
    guard isOurs, connection.clientID != client else { return }
    commands.removeAll()
    commands.append("CLIENT", "KILL", "ID", String(client))
    _ = try await connection.send(commands)
  }

  private static func names(_ replies: borrowing Replies, _ client: String) -> Bool {
    guard replies[0].error == nil else { return false }
    let description = replies[0].lossyText
    return description.contains(" name=\(client) ")
  }

  /// One read over all shards, which waits for new entries.
  private func read(
    _ shards: [OwnedShard], count: Int, wait: Duration, over registered: Int, _ decoder: inout EntryDecoder
  ) async throws {
    var commands = Commands()
    append(to: &commands, readOf: shards, count: count, wait: wait)
    let replies = try await connection.send(commands, overConnection: registered)
    if let error = Self.error(replies) {
      guard error.concernsOneShard else { throw error }
      return try await readOneByOne(shards, count: count, over: registered, &decoder)
    }
    try await admit(Self.pages(of: replies, shards, namespace), &decoder)
  }

  private func append(to commands: inout Commands, readOf shards: [OwnedShard], count: Int, wait: Duration) {
    let waits = wait > .zero
    commands.begin(argumentCount: (waits ? 9 : 7) + shards.count * 2)
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
    for shard in shards { commands.argument(namespace.log(shard.number)) }
    for _ in shards { commands.argument(">") }
  }

  /// Reads each shard by itself, after one of them has kept all from being read, and leaves that one alone.
  private func readOneByOne(
    _ shards: [OwnedShard], count: Int, over registered: Int, _ decoder: inout EntryDecoder
  ) async throws {
    for shard in shards {
      var commands = Commands()
      append(to: &commands, readOf: [shard], count: count, wait: .zero)
      let replies = try await connection.send(commands, overConnection: registered)
      if let error = Self.error(replies) {
        guard error.concernsOneShard else { throw error }
        // Taking a shard anew makes its group again.
        await pipeline.lose(shard.number, term: shard.term, because: error.code == .noGroup ? .fenced : .stopped(error))
      } else {
        try await admit(Self.pages(of: replies, [shard], namespace), &decoder)
      }
    }
  }

  private func admit(_ pages: [Page], _ decoder: inout EntryDecoder) async throws {
    if pipeline.service.takesPages { return await pipeline.admit(pages) }
    let bytes = pages.reduce(0) { $0 + $1.bytes }
    let deliveries = pages.flatMap { $0.deliveries(&decoder) }
    let found = try await readAhead(of: deliveries)
    await pipeline.admit(deliveries, bytes: bytes, shards: pages.count, found)
  }

  /// What deliveries are going to ask for.
  private func readAhead(of deliveries: [Delivery]) async throws -> [ReadAhead.Found] {
    guard pipeline.service.readsAhead else { return [] }
    let ahead = ReadAhead(deliveries)
    guard !ahead.isEmpty else { return [] }
    var commands = Commands()
    ahead.encode(into: &commands, namespace: namespace, service: pipeline.service.name)
    return Self.found(ahead, in: try await connection.send(commands))
  }

  private static func found(_ ahead: ReadAhead, in replies: borrowing Replies) -> [ReadAhead.Found] {
    ahead.found(in: replies)
  }

  private static func error(_ replies: borrowing Replies) -> RedisError? { replies[0].error }

  /// The new entries by shard, left as they are.
  private static func pages(of replies: consuming Replies, _ shards: [OwnedShard], _ namespace: Namespace) -> [Page] {
    var found: [(stream: Int, count: Int, shard: OwnedShard)] = []
    // The reply leaves out streams without new entries, and keeps the order.
    var next = 0
    for index in 0..<replies[0].count {
      let stream = replies[0][index]
      while next < shards.count, !stream[0].isEqual(to: namespace.log(shards[next].number)) { next += 1 }
      guard next < shards.count else { break }
      if stream[1].count > 0 { found.append((index, stream[1].count, shards[next])) }
    }
    let answer = Page.Answer(replies)
    return found.map { Page(of: answer, stream: $0.stream, count: $0.count, shard: $0.shard) }
  }

  /// Deals with the next of what earlier owners left pending, in order, a page at a time: what the server hands out as a page is what it
  /// suspects if the process dies meanwhile.
  private func recover(
    _ shard: OwnedShard, after: StreamID, count: Int, others: Bool, _ decoder: inout EntryDecoder
  ) async throws {
    do {
      let found = try await connection.call(
        RecoverCall(
          namespace: namespace, shard: shard, service: pipeline.service.name, worker: settings.name, after: after,
          count: count,
          others: others))
      let (deliveries, bytes) = decode(found.entries, shard, &decoder)
      let ahead = try await readAhead(of: deliveries)
      await pipeline.admitRecovered(deliveries, bytes: bytes, of: shard, after: after, last: found.last, ahead)
    } catch let error as RedisError where error.isFenced {
      await pipeline.lose(shard.number, term: shard.term)
    } catch let error as RedisError where !error.concernsOneShard {
      throw error
    } catch {
      await pipeline.lose(shard.number, term: shard.term, because: .stopped(error))
    }
  }

  private func decode(
    _ entries: [RecoverCall.Entry], _ shard: OwnedShard, _ decoder: inout EntryDecoder
  ) -> (deliveries: [Delivery], bytes: Int) {
    var deliveries: [Delivery] = []
    var bytes = 0
    for entry in entries {
      guard let json = entry.json else {
        log.critical(
          "an entry was trimmed from the log before it was acknowledged: its effects are missing",
          metadata: ["shard": "\(shard.number)", "entry": "\(entry.streamID)"])
        continue
      }
      bytes += json.count
      deliveries.append(
        decoder.decode(
          json.span, streamID: entry.streamID, shard: shard, deliveries: entry.deliveries, failures: entry.failures
        ).condemned(after: pipeline.service.retry.maxCrashes))
    }
    return (deliveries, bytes)
  }
}
