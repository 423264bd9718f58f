public import HiredisClient
public import Logging
public import ServiceLifecycle

/// One process's run of one service: owns a share of the namespace's shards, reads them, handles their events in order per key,
/// and commits the effects exactly once.
///
/// `run` returns after a graceful shutdown, when all that was begun is committed and the shards are given back, so that
/// other workers take over at once.
public struct Worker: ServiceLifecycle.Service {
  private let service: EventService
  private let namespace: Namespace
  private let redis: RedisURL
  private let settings: WorkerSettings
  private let log: Logger

  /// A worker.
  ///
  /// - Parameters:
  ///   - service: what is run.
  ///   - namespace: as `Namespace.open` returned it.
  ///   - redis: where it makes its connections to.
  ///   - settings: how it runs.
  ///   - log: gets the service's and the worker's name as metadata.
  public init(
    _ service: EventService, namespace: Namespace, redis: RedisURL, settings: WorkerSettings = .init(), log: Logger
  ) {
    self.service = service
    self.namespace = namespace
    self.redis = redis
    self.settings = settings
    var log = log
    log[metadataKey: "service"] = "\(service.name)"
    log[metadataKey: "worker"] = "\(settings.name)"
    self.log = log
  }

  /// Works until the task is cancelled or the process is asked to shut down gracefully; then drains.
  ///
  /// - Throws: `ServiceMistake` if the service is not declared as it must be; `HistoryGap` if it is to begin with its history, and that
  ///   ends before the log begins; `WorkerSettings.InvalidName`, `WorkerSettings.OutOfBounds`.
  public func run() async throws {
    if let mistake = service.mistake { throw mistake }
    try WorkerSettings.check(name: settings.name)
    try settings.check()
    try await claimStore()
    try await beginHistory()
    let pipeline = Pipeline(
      service: service, namespace: namespace, settings: settings, metrics: WorkerMetrics(service: service.name),
      log: log)
    let reading = connection(ReaderConnection.name(of: settings.name))
    let watch = KeyWatch(redis, options: options("watch:\(settings.name)"))
    let committing = connection("committer:\(settings.name)")
    let control = connection(Namesake.clientName(namespace, service.name, settings.name))
    let waiting = connection("waiter:\(settings.name)", waits: true)
    // For what is done every now and then: trimming, moving what is due, forwarding to other shards.
    let upkeep = connection("upkeep:\(settings.name)")
    let timers = WorkerTimers(service: service.name)
    let committer = Committer(
      pipeline: pipeline, connection: committing, namespace: namespace, settings: settings, timers: timers, log: log)
    let leases = Leases(
      pipeline: pipeline, connection: control, waiting: waiting, reading: reading, watch: watch,
      namespace: namespace, settings: settings,
      state: CommittedState(namespace: namespace, service: service.name, connection: control), log: log)
    let reader = Reader(
      pipeline: pipeline, connection: reading, watch: watch, leases: leases, namespace: namespace, settings: settings,
      timers: timers, log: log)
    let limiter = service.limits.map {
      Limiter(
        $0, namespace: namespace, service: service.name, settings: settings,
        connection: connection("limits:\(settings.name)"), log: log)
    }
    let runner = Runner(service: service, worker: settings.name, limiter: limiter, timers: timers)
    let forwarder = OutboxForwarder(pipeline: pipeline, connection: upkeep, namespace: namespace, log: log)

    await withTaskGroup { group in
      group.addTask { await leases.run() }
      group.addTask { await waitForShutdown() }
      group.addTask {
        // So that everybody sees it at once.
        for await _ in pipeline.leaseNews { await leases.interruptWaiting() }
        try? await Task.sleep(for: .seconds(Int64.max / 2))
      }
      if let ledger = service.ledger {
        let watching = connection("store:\(settings.name)")
        group.addTask {
          await StoreWatch(
            ledger: ledger, pipeline: pipeline, namespace: namespace,
            state: CommittedState(namespace: namespace, service: service.name, connection: watching),
            connection: watching,
            log: log
          ).run()
        }
      }
      if let limiter { group.addTask { await limiter.run() } }
      group.addTask { await forwarder.run() }
      group.addTask { await forwarder.lookAgain() }
      group.addTask { await DueEvents(pipeline: pipeline, connection: upkeep, namespace: namespace, log: log).run() }
      if let retention = settings.retention {
        group.addTask {
          await RetentionLoop(
            pipeline: pipeline, trimmer: Trimmer(namespace: namespace, connection: upkeep), retention: retention,
            log: log
          ).run()
        }
      }
      group.addTask {
        await withTaskGroup { work in
          work.addTask { await reader.run() }
          work.addTask { await RetryTimer(pipeline: pipeline).run() }
          work.addTask { await committer.run() }
          if let history = settings.history {
            work.addTask {
              await HistoryReader(
                pipeline: pipeline, history: history, connection: connection("history:\(settings.name)"),
                namespace: namespace, log: log
              ).run()
            }
          }
          for _ in 0..<service.concurrency {
            work.addTask {
              while let work = await pipeline.nextWork() {
                await runner.run(work)
                await pipeline.settle(work)
                // The commit and the next read are asked for by tasks that wait for a thread.
                if case .page = work { await Task.yield() }
              }
            }
          }
        }
      }
      // The first to end is the wait for the shutdown.
      await group.next()
      await drain(pipeline, leases, &group)
    }
    await forwarder.finish()
    await leases.leave()
    await service.ledger?.store.finish()
    await pipeline.tellRest()
    log.notice("stopped")
    await settings.whenStopped?(pipeline.drained)
  }

  /// Makes sure that the service's store is the one that it has always stored into.
  private func claimStore() async throws {
    guard let store = service.ledger?.store else { return }
    let identity = try await store.identity()
    let connection = connection("store:\(settings.name)")
    let confirmation = StoreConfirmation(service.name, namespace: namespace, connection: connection)
    try await persistently("claim its store", on: connection) { try await confirmation.claim(identity) }
  }

  /// Makes the group of a service that begins with its history.
  private func beginHistory() async throws {
    guard let history = settings.history, settings.start == .beginning else { return }
    let connection = connection("history:\(settings.name)")
    let start = HistoryStart(
      namespace: namespace, subscription: service.subscription, history: history, connection: connection)
    try await persistently("begin with the history", on: connection) { try await start.begin() }
  }

  /// Does what must be done before anything else; waits for the server if it must.
  private func persistently(_ what: String, on connection: Connection, _ body: () async throws -> Void) async throws {
    var perseverance = Perseverance(what, on: connection, log: log)
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        return try await body()
      } catch let error as RedisError {
        await perseverance.failed(error)
      }
    }
  }

  /// Lets what has been read be handled and committed, for as long as a stop may take; the leases are kept meanwhile.
  private func drain(_ pipeline: Pipeline, _ leases: Leases, _ group: inout TaskGroup<Void>) async {
    await pipeline.drain()
    try? await leases.interruptReading()
    group.addTask {
      if (try? await Task.sleep(for: settings.drainTime)) == nil { return }
      let returned = await pipeline.tell { $0.returnUnbegun() }
      log.warning("gave up on draining; what had not begun stays pending", metadata: ["events": "\(returned)"])
    }
    // Next to end: the work, or the time given to it.
    await group.next()
    group.cancelAll()
    await leases.interruptWaiting()
  }

  private func waitForShutdown() async {
    // Cancellation is a shutdown as well.
    try? await gracefulShutdown()
  }

  /// - Parameter waits: whether the server is to be silent for long.
  private func connection(_ name: String, waits: Bool = false) -> Connection {
    Connection(redis, options: options(name, waits: waits))
  }

  private func options(_ name: String, waits: Bool = false) -> ConnectionOptions {
    var options = ConnectionOptions(toleratesLostNodes: !waits)
    options.clientName = name
    options.responseTimeout = settings.effectiveResponseTimeout
    return options
  }
}

extension Worker: CustomStringConvertible {
  /// `worker payment-1 of payment`
  public var description: String { "worker \(settings.name) of \(service.name)" }
}
