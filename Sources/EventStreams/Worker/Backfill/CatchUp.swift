import Logging
import Redis

/// Brings the shards of a service that began with its history up to their logs, page by page. Each page is one commit, which
/// moves the lease's position: whoever takes over goes on after it.
struct CatchUp: Sendable {
  let pipeline: Pipeline
  let history: any EventHistory
  let connection: Connection
  let namespace: Namespace
  let settings: WorkerSettings
  let log: Logger

  private var service: String { pipeline.service.name }

  /// What one page may hold, so that the server is busy with its commit for a moment only. After the death of a process in the
  /// middle of a page, pages begin with one event and double, so that an event that ends its process is found.
  fileprivate static let eventsPerPage = 1000

  /// What has come of the shards' histories in this process, by shard.
  private struct Progress {
    /// What the next page may hold.
    var size = CatchUp.eventsPerPage
    var handled = 0
    /// The last epoch in which this process began a page.
    var begun = 0
  }

  /// Runs until the pipeline drains: a page of one shard after a page of another.
  func run() async {
    var perseverance = Perseverance("go on with the history", on: connection, log: log)
    var last: Int?
    var progress: [Int: Progress] = [:]
    while let shard = await pipeline.nextToCatchUp(after: last) {
      last = shard.number
      do {
        try await catchUp(shard, &progress[shard.number, default: Progress()])
        perseverance.succeeded()
      } catch let error as RedisError where !error.concernsOneShard {
        await perseverance.failed(error, ["shard": "\(shard.number)"])
      } catch {
        await pipeline.tell { $0.lose(shard.number, epoch: shard.epoch, because: .stopped(error)) }
      }
    }
  }

  /// Handles one page.
  private func catchUp(_ shard: OwnedShard, _ progress: inout Progress) async throws {
    let (end, position) = try Self.place(
      of: await connection.call("HMGET", namespace.lease(shard.number, service), "history", "position"))
    guard let end else { return await pipeline.tell { $0.caughtUp(shard, blocked: []) } }
    guard let (number, setbacks, run) = await pipeline.beginHistoryPage(shard) else { return }
    if progress.handled == 0 {
      log.notice("reading history", metadata: ["shard": "\(shard.number)", "after": "\(position)", "until": "\(end)"])
    }
    do {
      let deaths = try await deaths(shard, &progress)
      if deaths > 0 { progress.size = 1 }
      if let through = setbacks.singlyThrough, position < through { progress.size = 1 }
      let (page, blocked) = try await page(
        of: shard, after: position, until: end, size: progress.size, setbacks, run,
        condemned: deaths >= pipeline.service.retry.maxCrashes)
      if let (refusal, error) = try await commit(page, number: number, after: position) {
        return await pipeline.tell { $0.refused(page, refusal, error) }
      }
      await pipeline.endHistoryPage(shard, page: page)
      if page.dead.count > 0 {
        log.error(
          "moved events of the history to the dead letters",
          metadata: ["shard": "\(shard.number)", "dead": "\(page.dead.count)", "parked": "\(page.dead.parked)"])
      }
      progress.size = min(Self.eventsPerPage, progress.size * 2)
      progress.handled += page.count
      if page.isLast {
        log.notice(
          "caught up with the log", metadata: ["shard": "\(shard.number)", "events": "\(progress.handled)"])
        await pipeline.tell { $0.caughtUp(shard, blocked: blocked) }
      }
    } catch {
      await pipeline.endHistoryPage(shard, page: nil)
      throw error
    }
  }

  /// How many processes have ended while they handled the page that begins here. Errors, and what is tried again because of them, are
  /// no deaths: a process counts once.
  private func deaths(_ shard: OwnedShard, _ progress: inout Progress) async throws -> Int {
    let lease = namespace.lease(shard.number, service)
    let words = try Self.text(await connection.call("HGET", lease, "tries"))?.split(separator: " ") ?? []
    var tries = words.first.flatMap { Int($0) } ?? 0
    if words.count < 2 || Int(words[1]) != progress.begun || progress.begun == 0 { tries += 1 }
    progress.begun = shard.epoch
    _ = try await connection.call("HSET", lease, "tries", "\(tries) \(shard.epoch)")
    return tries - 1
  }

  private static func text(_ reply: borrowing Reply) throws -> String? { try reply.root.optionalString() }

  private static func place(of reply: borrowing Reply) throws -> (end: EntryID?, position: EntryID) {
    (
      EntryID(try reply.root[0].optionalString() ?? ""),
      EntryID(try reply.root[1].optionalString() ?? "") ?? .zero
    )
  }

  /// The next page, handled.
  ///
  /// - Parameter condemned: true if its only event has ended too many processes.
  private func page(
    of shard: OwnedShard, after position: EntryID, until end: EntryID, size: Int, _ setbacks: Setbacks,
    _ run: HistoryRun, condemned: Bool
  ) async throws -> (page: HistoryPage, blocked: Set<Identifier>) {
    let found = try await history.events(shard: shard.number, after: position, limit: size)
    let events = Array(found.prefix { $0.entryID < end })
    var blocked = Set(names: try await connection.strings(["HKEYS", namespace.blocked(shard.number, service)]))
    let handler = HistoryHandler(service: pipeline.service, namespace: namespace, worker: settings.name)
    let reason: String? =
      if condemned {
        "the process ended again and again while it handled this event"
      } else if let event = events.first, let reason = setbacks.reason(toBury: .entry(event.entryID)) {
        reason
      } else {
        nil
      }
    var page: HistoryPage
    if let reason {
      page = handler.condemn(Array(events.prefix(1)), of: shard, blocked: &blocked, because: reason)
    } else {
      page = await handler.handle(events, of: shard, in: run, blocked: &blocked) {
        await pipeline.ask { $0.goesOn(with: shard) }
      } onFailure: { delivery, error in
        log.info(
          "an event of the history failed",
          metadata: ["event": "\(delivery.header.id)", "shard": "\(shard.number)", "error": "\(error)"])
      }
    }
    page.isLast = page.count == events.count && (found.count < size || events.count < found.count)
    return (page, blocked)
  }

  /// Commits a page; repeats it as it was until there is an answer, which its number keeps from taking effect twice.
  ///
  /// - Returns: why the server applied nothing of it; nil if it is in effect.
  private func commit(
    _ page: HistoryPage, number: Int, after position: EntryID
  ) async throws -> (CommitRefusal, RedisError)? {
    var perseverance = Perseverance("commit a page of history", on: connection, log: log)
    while true {
      do {
        var commands = Commands()
        commands.append(
          HistoryCall(
            namespace: namespace, service: service, worker: settings.name, page: page, number: number, start: position))
        try await connection.send(commands).check()
        return nil
      } catch {
        if let refusal = error.refusal { return (refusal, error) }
        if error.concernsOneShard { throw error }
        await perseverance.failed(error)
        if Task.isCancelled { throw error }
      }
    }
  }
}
