import CoreMetrics
import Synchronization

/// Notes when a worker learns that events are committed, from what it counts.
final class CommitTimes: MetricsFactory, Sendable {
  private let times = Mutex<[ContinuousClock.Instant]>([])

  /// When each event was committed, in the order of the commits.
  var all: [ContinuousClock.Instant] { times.withLock { $0 } }

  /// How many have been so far.
  var count: Int { times.withLock { $0.count } }

  private func note(_ number: Int64) {
    let now = ContinuousClock.now
    times.withLock { $0.append(contentsOf: repeatElement(now, count: Int(number))) }
  }

  private final class Counter: CounterHandler {
    private let times: CommitTimes
    init(_ times: CommitTimes) { self.times = times }
    func increment(by number: Int64) { times.note(number) }
    func reset() {}
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    label == "eventstreams_committed_total" ? Counter(self) : NOOPMetricsHandler.instance
  }

  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    NOOPMetricsHandler.instance
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { NOOPMetricsHandler.instance }

  func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
    NOOPMetricsHandler.instance
  }

  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
}
