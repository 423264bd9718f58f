import EventStreams
import EventStreamsOperations
import HTTPTypes
import Redis
import ServiceLifecycle
import Synchronization

/// Looks at a namespace for all who watch it: however many they are, Redis is asked as by one.
///
/// Twice a second while somebody watches, and every half minute otherwise, so that there is something to show of the time before.
final class Sampler: Service {
  private static let watched = Duration.milliseconds(500)
  private static let unwatched = Duration.seconds(30)

  private struct State {
    var last: Sample?
    var flow = Flow()
    var watchers: [Int: AsyncStream<Sample>.Continuation] = [:]
    var nextWatcher = 0
    /// Ends the pause that is made while nobody watches.
    var wake: AsyncStream<Void>.Continuation?
  }

  private let deployment: Deployment
  private let state = Mutex(State())

  init(_ deployment: Deployment) { self.deployment = deployment }

  /// How it was last, looked at anew if that is long ago; and what flowed.
  func latest(for context: APIContext) async -> (sample: Sample, flow: Flow) {
    let (known, flow) = state.withLock { ($0.last, $0.flow) }
    if let known, Timestamp.now() - known.time < Self.watched * 2 { return (known, flow) }
    let sample = await context.redisTime.measure { await look() }
    return (sample, state.withLock(\.flow))
  }

  /// The samples from now on; of a watcher that is slow, the newest.
  ///
  /// - Throws: a `Problem` if too many watch.
  func samples() throws(Problem) -> AsyncStream<Sample> {
    let (stream, continuation) = AsyncStream<Sample>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number: Int? = state.withLock { state in
      guard state.watchers.count < ServerSettings.Limit.streams else { return nil }
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = continuation
      if let last = state.last { continuation.yield(last) }
      return state.nextWatcher
    }
    guard let number else {
      throw Problem(.serviceUnavailable, .saturated, "\(ServerSettings.Limit.streams) streams are open already")
        .retryable(after: 5)
    }
    continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.watchers[number] = nil } }
    state.withLock { $0.wake }?.finish()
    return stream
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        let sample = await look()
        let watchers = state.withLock { Array($0.watchers.values) }
        for watcher in watchers { watcher.yield(sample) }
        await pause(watchers.isEmpty ? Self.unwatched : Self.watched)
      }
    }
    for watcher in state.withLock({ Array($0.watchers.values) }) { watcher.finish() }
  }

  /// Waits for a time, or until somebody comes who watches.
  private func pause(_ time: Duration) async {
    guard time == Self.unwatched else {
      try? await Task.sleep(for: time)
      return
    }
    // A stream of its own for each pause: one whose reader was cancelled has ended.
    let (wakes, wake) = AsyncStream<Void>.makeStream()
    let isWatched = state.withLock { state in
      state.wake = wake
      return !state.watchers.isEmpty
    }
    if isWatched { return }
    await withTaskGroup { group in
      group.addTask { try? await Task.sleep(for: time) }
      group.addTask { for await _ in wakes {} }
      await group.next()
      group.cancelAll()
    }
  }

  private func look() async -> Sample {
    do {
      let (status, warnings) = try await deployment.look { namespace, connection in
        let inspector = Inspector(namespace: namespace, connection: connection)
        let status = try await inspector.overview()
        return (status, try await inspector.warnings(about: status))
      }
      let services = ServiceStatus.all(status)
      return state.withLock { state in
        state.flow.add(status, services)
        let sample = Sample(
          number: (state.last?.number ?? 0) + 1, time: .now(), status: status, services: services, warnings: warnings,
          trouble: nil)
        state.last = sample
        return sample
      }
    } catch {
      return state.withLock { state in
        let last = state.last
        let since = last?.trouble?.since ?? .now()
        let sample = Sample(
          number: (last?.number ?? 0) + 1, time: .now(), status: last?.status, services: last?.services ?? [],
          warnings: [], trouble: Sample.Trouble(problem: Problem(error), since: since))
        state.last = sample
        return sample
      }
    }
  }
}
