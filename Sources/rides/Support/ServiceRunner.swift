import EventStreams
import Foundation
import Logging
import Redis
import RideHailing
import ServiceLifecycle
import UnixSignals

/// Runs workers in this process until a signal asks it to stop; a second one ends the process.
struct ServiceRunner {
  let redis: NamespaceOptions
  let options: WorkerOptions
  /// Whether to make the namespace if it isn't there.
  let creates: Bool

  /// - Parameters:
  ///   - limits: of each service, over all its workers.
  ///   - server: what the workers need, and can't go on without if it ends; nil if that is not ours to know.
  func run(
    _ names: [String], name: String? = nil, limits: ServiceLimits? = nil, with server: (any Service)? = nil
  ) async throws {
    let (namespace, connection) = try await open()
    let log = options.logLevel.logger
    let url = try redis.redisURL()
    let workers = try names.compactMap { name in
      try RideServices.service(name, options.services)
    }.map { service in
      var (service, settings) = (service, options.settings(name: name))
      service.limits = limits
      settings.history = try options.history(for: service.name)
      return Worker(service, namespace: namespace, redis: url, settings: settings, log: log)
    }
    // Of all services that keep something, one is enough.
    let closing: [any Service] =
      names.contains("payment")
      ? [ClosingWatch(namespace: namespace, redis: url, keeping: options.keeping, log: log)] : []
    let watch = ServerWatch(connection: connection, log: log)
    await watch.report()
    log.notice("started", metadata: ["services": "\(names.joined(separator: " "))", "redis": "\(url)"])
    var quiet = log
    quiet.logLevel = max(.error, log.logLevel)
    var configuration = ServiceGroupConfiguration(
      services: (server.map { [$0] } ?? []) + workers as [any Service] + [watch] + closing, logger: quiet)
    // The worker keeps to its own drain time; this is for one that can't.
    configuration.maximumGracefulShutdownDuration = options.drainTimeout.duration + .seconds(5)
    let group = ServiceGroup(configuration: configuration)
    // A process that was started to outlive its terminal (nohup) ignores what that sends at its end, and goes on doing so.
    let signals = await UnixSignalsSequence(
      trapping: Self.ignoresHangup ? [.sigterm, .sigint] : [.sigterm, .sigint, .sighup])
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        do {
          try await group.run()
        } catch let gap as HistoryGap {
          throw Failure.refused(
            "\(gap); name the archive that holds them with --archive, or begin without them: --from now, or no --from for what the log holds"
          )
        }
      }
      tasks.addTask {
        var isStopping = false
        for await signal in signals {
          // What has been begun stays pending, and the next owner finishes it.
          if isStopping { _exit(128 + Self.number(of: signal)) }
          isStopping = true
          await group.triggerGracefulShutdown()
        }
      }
      defer { tasks.cancelAll() }
      try await tasks.next()
    }
  }

  private static var ignoresHangup: Bool {
    var action = sigaction()
    guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func number(of signal: UnixSignal) -> Int32 {
    switch signal {
    case .sigint: SIGINT
    case .sighup: SIGHUP
    default: SIGTERM
    }
  }

  private func open() async throws -> (namespace: Namespace, connection: Connection) {
    if creates { return try await redis.open(shards: options.shards) }
    return try await redis.openExisting(hint: "a worker serves a namespace that exists, to make it say --create")
  }
}
