import EventStreams
import EventStreamsOperations
import HTTPTypes
import HiredisClient
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
    var viewers: [Int: Viewer] = [:]
    var nextViewer = 0
    /// How many watch, or are about to.
    var seats = 0
    /// What viewers were told last, which is written once for all.
    var news: [UInt8] = []
    /// Service -> its dead letters, as viewers were told last.
    var dead: [Identifier: Int] = [:]
    /// Ends the pause that is made while nobody watches.
    var wake: AsyncStream<Void>.Continuation?
  }

  private let deployment: Deployment
  private let state = Mutex(State())

  init(_ deployment: Deployment) { self.deployment = deployment }

  /// How it was last, looked at anew if that is long ago or there was nothing to see; and what flowed.
  func latest(for context: APIContext) async -> (sample: Sample, flow: Flow) {
    let (known, flow) = state.withLock { ($0.last, $0.flow) }
    if let known, known.status != nil, Timestamp.now() - known.time < Self.watched * 2 { return (known, flow) }
    let sample = await context.redisTime.measure { await look() }
    return (sample, state.withLock(\.flow))
  }

  // MARK: Viewers

  /// A place among those who watch: taken when somebody asks, so that of many who ask at once no more get one than there are, and free again
  /// when nobody holds it any more, whether or not anything was watched.
  final class Seat: Sendable {
    private let sampler: Sampler

    fileprivate init(_ sampler: Sampler) { self.sampler = sampler }

    deinit { sampler.state.withLock { $0.seats -= 1 } }
  }

  /// - Throws: a `Problem` if as many watch as may.
  func seat() throws(Problem) -> Seat {
    let isFree = state.withLock { state in
      guard state.seats < ServerSettings.Limit.streams else { return false }
      state.seats += 1
      return true
    }
    guard isFree else {
      throw Problem(.serviceUnavailable, .saturated, "\(ServerSettings.Limit.streams) streams are open already")
        .retryable(after: 5)
    }
    return Seat(self)
  }

  /// Tells a viewer how things are, now and until `leave` is called with the number returned.
  func join(_ viewer: Viewer) -> Int {
    let (number, news) = state.withLock { state in
      state.nextViewer += 1
      state.viewers[state.nextViewer] = viewer
      return (state.nextViewer, state.news)
    }
    if viewer.wantsStatus, !news.isEmpty { viewer.outbox.put(status: news) }
    state.withLock { $0.wake }?.finish()
    return number
  }

  func leave(_ number: Int) { state.withLock { $0.viewers[number] = nil } }

  private func tell(_ sample: Sample) {
    let news = ServerSentEvent.bytes("status", data: JSONWriter.bytes(of: News(sample: sample)))
    let (viewers, isNew, changed) = state.withLock { state in
      let changed = sample.services.filter { service in
        state.dead[service.service].map { $0 != service.dead } ?? false
      }
      for service in sample.services { state.dead[service.service] = service.dead }
      defer { state.news = news }
      return (Array(state.viewers.values), state.news != news, changed)
    }
    let letters = changed.map { ServerSentEvent.bytes("dead", data: JSONWriter.bytes(of: DeadNews(status: $0))) }
    for viewer in viewers {
      if isNew, viewer.wantsStatus { viewer.outbox.put(status: news) }
      if viewer.wantsDead { for message in letters { viewer.outbox.put(message) } }
      viewer.outbox.beat()
    }
  }

  private struct News: JSONWritable {
    let sample: Sample

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("services", sample.services)
        $0.field("warnings", sample.warnings)
        $0.field("trouble", sample.trouble?.problem.detail)
      }
    }
  }

  private struct DeadNews: JSONWritable {
    let status: ServiceStatus

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("service", status.service)
        $0.field("dead", status.dead)
        $0.field("parked", status.parked)
      }
    }
  }

  // MARK: Looking

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        tell(await look())
        await pause(state.withLock { $0.viewers.isEmpty } ? Self.unwatched : Self.watched)
      }
    }
    for viewer in state.withLock({ Array($0.viewers.values) }) { viewer.outbox.end() }
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
      return !state.viewers.isEmpty
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
