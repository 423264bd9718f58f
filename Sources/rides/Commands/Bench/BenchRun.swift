import CoreMetrics
import EventStreams
import HiredisClient
import UnixSignals

/// Measures one thing after the other, and leaves nothing behind.
struct BenchRun: Sendable {
  let settings: BenchSettings

  /// - Parameter onResult: is told the report after each measure.
  func run(version: String, onResult: @escaping @Sendable (BenchReport) -> Void) async throws -> BenchReport {
    let namespaces = BenchNamespaces(url: settings.redis, base: settings.namespace)
    let connection = Connection(settings.redis)
    try await namespaces.refuseExisting(settings.namespace, on: connection)
    let bytes = max(settings.events, 2 * settings.rides * 6) * max(settings.payloadSize ?? 0, 700) * 2
    try await BenchServer.checkRoom(for: bytes, connection)
    let report = BenchReport(
      server: try await BenchServer(connection), address: "\(settings.redis)", rides: version,
      shards: Namespace.standardShardCount, batchSize: settings.batchSize)
    do {
      let found = try await interruptible { try await measure(report, namespaces, connection, onResult) }
      try await namespaces.removeAll()
      Terminal.endProgress()
      return found
    } catch {
      Terminal.endProgress()
      do { try await namespaces.removeAll() } catch let problem {
        Terminal.error("the namespaces \(settings.namespace)-* could not be removed: \(problem)")
      }
      throw error
    }
  }

  private func measure(
    _ report: BenchReport, _ namespaces: BenchNamespaces, _ connection: Connection,
    _ onResult: @Sendable (BenchReport) -> Void
  ) async throws -> BenchReport {
    var report = report
    let commits = CommitTimes()
    if settings.measures.contains(.latency) { MetricsSystem.bootstrap(commits) }
    for measure in settings.measures {
      let namespace = try await namespaces.make(measure, on: connection)
      switch measure {
      case .publish:
        report.publish = try await PublishBench(settings: settings, namespace: namespace, connection: connection).run()
      case .driver:
        report.driver = try await ServiceBench(settings: settings, namespace: namespace, connection: connection)
          .driver()
      case .services:
        report.services = try await ServiceBench(settings: settings, namespace: namespace, connection: connection).all()
      case .latency:
        report.latency = try await LatencyBench(
          settings: settings, namespace: namespace, connection: connection, commits: commits
        ).run()
      case .takeover:
        report.takeover = try await TakeoverBench(settings: settings, namespace: namespace, connection: connection)
          .run()
      }
      try await namespaces.remove(namespace)
      Terminal.endProgress()
      onResult(report)
    }
    return report
  }

  /// Ctrl-C and SIGTERM cancel what `body` does, so that its end can clean up.
  private func interruptible<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
    -> Result
  {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        for await signal in signals {
          throw Failure(message: "interrupted; what was measured is removed", status: signal == .sigint ? 130 : 143)
        }
        return nil
      }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        if let result { return result }
      }
      throw CancellationError()
    }
  }
}
