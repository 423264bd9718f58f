import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services in this process until a signal asks it to stop; a second one ends the process.
enum SignalledServices {
  /// - Parameters:
  ///   - services: in the order of who needs whom: the first is stopped last.
  ///   - patience: how long stopping may take.
  ///   - log: is told of what a service does not say itself.
  static func run(_ services: [any Service], stoppingWithin patience: Duration, log: Logger) async throws {
    var quiet = log
    quiet.logLevel = max(.error, log.logLevel)
    let parts = services.map { service in
      // What has been begun is finished then: nothing is wrong but where it is.
      let behavior: ServiceGroupConfiguration.ServiceConfiguration.TerminationBehavior =
        service is NamespaceWatch ? .gracefullyShutdownGroup : .cancelGroup
      return ServiceGroupConfiguration.ServiceConfiguration(service: service, failureTerminationBehavior: behavior)
    }
    var configuration = ServiceGroupConfiguration(services: parts, logger: quiet)
    configuration.maximumGracefulShutdownDuration = patience
    let group = ServiceGroup(configuration: configuration)
    // A process that was started to outlive its terminal (nohup) ignores what that sends at its end, and goes on doing so.
    let signals = await UnixSignalsSequence(
      trapping: ignoresHangup ? [.sigterm, .sigint] : [.sigterm, .sigint, .sighup])
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      tasks.addTask {
        var isStopping = false
        for await signal in signals {
          // What has been begun stays pending, and the next owner finishes it.
          if isStopping { _exit(128 + number(of: signal)) }
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
}
