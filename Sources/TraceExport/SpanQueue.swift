import CoreMetrics
import DequeModule
import Synchronization

/// Spans that wait to be sent, up to a number; what comes then is counted, and dropped: a collector that is away must not cost the process its memory.
final class SpanQueue: Sendable {
  private struct State {
    var spans: Deque<FinishedSpan> = []
    var dropped = 0
  }

  private let state = Mutex(State())
  private let longest: Int
  /// Has enough for a batch been there since it was last asked.
  private let enough: AsyncStream<Void>
  private let isEnough: AsyncStream<Void>.Continuation
  private let batch: Int
  private let drops = Counter(label: "trace_spans_dropped_total")

  init(longest: Int, batch: Int) {
    self.longest = longest
    self.batch = min(batch, longest)
    (enough, isEnough) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func append(_ span: FinishedSpan) {
    let (isKept, count) = state.withLock { state in
      guard state.spans.count < longest else {
        state.dropped += 1
        return (false, 0)
      }
      state.spans.append(span)
      return (true, state.spans.count)
    }
    if !isKept { drops.increment() }
    if count == batch { isEnough.yield() }
  }

  /// The next to be sent; none if none waits.
  func take() -> [FinishedSpan] {
    state.withLock { state in
      let taken = Array(state.spans.prefix(batch))
      state.spans.removeFirst(taken.count)
      return taken
    }
  }

  /// Gives back what was taken, and could not be sent before the end began.
  func putBack(_ spans: [FinishedSpan]) {
    state.withLock { $0.spans.insert(contentsOf: spans, at: 0) }
  }

  /// How many were dropped since it was last asked.
  func takeDropped() -> Int {
    state.withLock { state in
      defer { state.dropped = 0 }
      return state.dropped
    }
  }

  /// Says that some that were taken could not be sent.
  func drop(_ count: Int) {
    state.withLock { $0.dropped += count }
    drops.increment(by: count)
  }

  /// Waits until there is enough for a batch, at most for a time.
  func wait(atMost time: Duration) async {
    await withTaskGroup { group in
      group.addTask { [enough] in for await _ in enough { return } }
      group.addTask { try? await Task.sleep(for: time) }
      await group.next()
      group.cancelAll()
    }
  }
}
