import EventArchive
import EventStreams
import HiredisClient
import Logging
import RideHailing
import ServiceLifecycle

/// Runs workers in this process until a signal asks it to stop; a second one ends the process.
struct ServiceRunner {
  let redis: NamespaceOptions
  let options: WorkerOptions
  /// Whether to make the namespace if it isn't there.
  let creates: Bool

  /// - Parameters:
  ///   - limits: of each service, over all its workers.
  ///   - server: what the workers need, and can't go on without if it ends; nil if that is not ours to know.
  ///   - more: what runs beside the workers.
  ///   - spans: what sends the spans of all of them.
  ///   - ready: is told when each has shards.
  func run(
    _ names: [String], name: String? = nil, limits: ServiceLimits? = nil, with server: (any Service)? = nil,
    beside more: [any Service] = [], spans: [any Service] = [], ready: ReadyFile? = nil
  ) async throws {
    let (namespace, connection) = try await open()
    let log = options.logLevel.logger
    let url = try redis.redisURL()
    let configuration = try options.services()
    let end = EndLine()
    let workers = try names.compactMap { name in
      try ChosenServices.list.make(name, configuration)
    }.map { service in
      var (service, settings) = (service, options.settings(name: name))
      service.limits = limits
      settings.history = try options.history(for: service.name)
      settings.whenStopped = { [name = service.name] in end.add(name, $0) }
      if let ready { settings.whenReady = { [name = service.name] in await ready.hasShards(name) } }
      return Worker(service, namespace: namespace, redis: url, settings: settings, log: log)
    }
    // Of all services that keep something, one is enough.
    let closing: [any Service] =
      names.contains { $0 == ChosenServices.list.keepingRides.first }
      ? [ClosingWatch(namespace: namespace, redis: url, keeping: options.keeping, log: log)] : []
    let watch = ServerWatch(connection: connection, log: log)
    let split = NamespaceWatch(name: redis.namespace, redis: url, namespace: namespace, log: log)
    await watch.report()
    log.notice("started", metadata: ["services": "\(names.joined(separator: " "))", "redis": "\(url)"])
    // The worker keeps to its own drain time; the patience is for one that can't.
    defer { ready?.remove() }
    do {
      try await SignalledServices.run(
        (server.map { [$0] } ?? []) + spans + workers as [any Service] + [watch, split] + closing + more,
        stoppingWithin: options.drainTimeout.duration + .seconds(5), log: log)
      end.write()
    } catch let gap as HistoryGap {
      throw Failure.refused(
        "\(gap); name the archive that holds them with --archive, or begin without them: --from now, or no --from for what the log holds"
      )
    }
    await configuration.mail.finish()
  }

  private func open() async throws -> (namespace: Namespace, connection: Connection) {
    if creates { return try await redis.open(options.new) }
    return try await redis.openExisting(hint: "a worker serves a namespace that exists, to make it say --create")
  }
}
