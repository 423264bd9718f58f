import Logging
import Redis

/// Brings the shards of a service that began with its history up to their logs, page by page. Each page is one commit, which
/// moves the lease's position: whoever takes over goes on after it.
struct CatchUp: Sendable {
  let pipeline: Pipeline
  let history: any EventHistory
  let connection: Connection
  let topic: Topic
  let settings: WorkerSettings
  let log: Logger

  private var service: String { pipeline.service.name }

  /// What one page may hold, so that the server is busy with its commit for a moment only. After the death of a process in the
  /// middle of a page, pages begin with one event and double, so that an event that ends its process is found.
  private static let eventsPerPage = 1000

  /// Runs until the pipeline drains.
  func run() async {
    var failures = 0
    while let shard = await pipeline.nextToCatchUp() {
      do {
        try await catchUp(shard)
        failures = 0
      } catch {
        failures += 1
        log.error(
          "cannot go on with the history; will try again",
          metadata: ["shard": "\(shard.number)", "error": "\(error)", "failures": "\(failures)"])
        await pause(after: error, failures)
      }
    }
  }

  private func pause(after error: any Error, _ failures: Int) async {
    if (error as? RedisError)?.code == .functionMissing { try? await FunctionLibrary.load(on: connection) }
    var generator = SystemRandomNumberGenerator()
    // Cut short when the worker is cancelled, and then the loop ends.
    try? await Task.sleep(for: Backoff.reconnect.delay(attempt: failures, using: &generator))
  }

  private func catchUp(_ shard: OwnedShard) async throws {
    let place = try Self.place(
      of: await connection.call("HMGET", topic.lease(shard.number, service), "history", "position"))
    guard let end = place.end else { return await pipeline.caughtUp(shard, blocked: []) }
    var position = place.position
    log.notice("reading history", metadata: ["shard": "\(shard.number)", "after": "\(position)", "until": "\(end)"])
    var handled = 0
    var size = Self.eventsPerPage
    // Why the only event of the page that follows can't be committed.
    var refusal: String?
    while let number = await pipeline.beginHistoryPage(shard) {
      do {
        // Begins of this page that no commit followed.
        let deaths = try await connection.integer(["HINCRBY", topic.lease(shard.number, service), "tries", "1"]) - 1
        if deaths > 0 { size = 1 }
        let isDeadly = deaths >= pipeline.service.retry.maxCrashes
        let (page, blocked) = try await page(
          of: shard, after: position, until: end, size: size,
          condemnedBecause: refusal ?? (isDeadly ? HistoryHandler.deadly : nil))
        let isCommitted: Bool
        do {
          isCommitted = try await commit(page, number: number, after: position)
          refusal = nil
        } catch let error as RedisError where error.prefix == "REFUSED" {
          // Nothing of it was done. Alone, the event that it is because of is given up on, and the others go through.
          _ = try await connection.call("HDEL", topic.lease(shard.number, service), "tries")
          await pipeline.endHistoryPage(shard, page: nil)
          if size == 1 { refusal = String(error.message.dropFirst("REFUSED ".count)) }
          size = 1
          continue
        }
        await pipeline.endHistoryPage(shard, page: isCommitted ? page : nil)
        guard isCommitted else { return await pipeline.lose(shard.number, term: shard.term) }
        if page.dead.count > 0 {
          log.error(
            "moved events of the history to the dead letters",
            metadata: ["shard": "\(shard.number)", "dead": "\(page.dead.count)", "parked": "\(page.dead.parked)"])
        }
        position = page.position ?? position
        size = min(Self.eventsPerPage, size * 2)
        handled += page.count
        if page.isLast {
          log.notice("caught up with the log", metadata: ["shard": "\(shard.number)", "events": "\(handled)"])
          return await pipeline.caughtUp(shard, blocked: blocked)
        }
      } catch {
        await pipeline.endHistoryPage(shard, page: nil)
        throw error
      }
    }
  }

  private static func place(of reply: borrowing Reply) throws -> (end: StreamID?, position: StreamID) {
    (
      StreamID(try reply.root[0].optionalString() ?? ""),
      StreamID(try reply.root[1].optionalString() ?? "") ?? .zero
    )
  }

  /// The next page, handled.
  ///
  /// - Parameter condemnedBecause: why its only event is given up on; nil if it isn't.
  private func page(
    of shard: OwnedShard, after position: StreamID, until end: StreamID, size: Int, condemnedBecause reason: String?
  ) async throws -> (page: HistoryPage, blocked: Set<Identifier>) {
    let found = try await history.events(shard: shard.number, after: position, limit: size)
    let events = Array(found.prefix { $0.streamID < end })
    var blocked = Set(names: try await connection.strings(["HKEYS", topic.blocked(shard.number, service)]))
    let handler = HistoryHandler(service: pipeline.service, topic: topic, worker: settings.name)
    var page: HistoryPage
    if let reason {
      page = handler.condemn(events, of: shard, because: reason, blocked: &blocked)
    } else {
      page = await handler.handle(events, of: shard, blocked: &blocked) {
        await pipeline.goesOn(with: shard)
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
  /// - Returns: false if the shard has another owner.
  private func commit(_ page: HistoryPage, number: Int, after position: StreamID) async throws -> Bool {
    var failures = 0
    while true {
      do {
        var commands = Commands()
        page.encode(
          into: &commands, topic: topic, service: service, worker: settings.name, number: number, after: position)
        try await connection.send(commands).check()
        return true
      } catch  where error.isFenced {
        return false
      } catch  where error.prefix == "REFUSED" {
        throw error
      } catch {
        failures += 1
        log.error("cannot commit a page of history; will try again", metadata: ["error": "\(error)"])
        await pause(after: error, failures)
        if Task.isCancelled { throw error }
      }
    }
  }
}
