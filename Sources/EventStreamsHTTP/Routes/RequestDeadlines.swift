import EventStreams
import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Synchronization

/// Ends what answers a request and takes too long: it is cancelled, and the client is told that it took too long.
///
/// All are looked after by one loop. A timer for each would outlive the requests, which take a thousandth of that time.
final class RequestDeadlines: Service {
  private struct Running {
    let end: ContinuousClock.Instant
    let task: Task<Response, any Error>
    var isLate = false
  }

  private struct State {
    var running: [Int: Running] = [:]
    var next = 0
  }

  private let limit: Duration
  private let state = Mutex(State())

  /// - Parameter limit: how long answering may take, besides what the client wants to wait.
  init(_ limit: Duration) { self.limit = limit }

  /// Answers a request, unless that takes too long.
  func answer(_ request: Request, _ body: @escaping @Sendable () async throws -> Response) async throws -> Response {
    // Lines are taken as they come, for as long as they come.
    if LinePublication.types.contains(request.mediaType) { return try await body() }
    let wait = request.uri.queryParameters.get("wait", as: Int.self) ?? request.preferredWait ?? 0
    let end = ContinuousClock.now + limit + .seconds(min(max(0, wait), ServerSettings.longestWait))
    let task = Task { try await body() }
    let number = state.withLock { state in
      state.next += 1
      state.running[state.next] = Running(end: end, task: task)
      return state.next
    }
    let result = await withTaskCancellationHandler {
      await task.result
    } onCancel: {
      task.cancel()
    }
    let isLate = state.withLock { $0.running.removeValue(forKey: number)?.isLate == true }
    if isLate, case .failure(let error) = result, (error as? Problem)?.status != .requestTimeout {
      throw Problem(
        .gatewayTimeout, .tooLate,
        "this was not done within \(limit.short); what was begun may have taken effect, and sending the same again is safe"
      ).retryable(after: 5)
    }
    return try result.get()
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while (try? await Task.sleep(for: min(.seconds(1), limit / 4))) != nil { endLate(at: .now) }
    }
  }

  private func endLate(at now: ContinuousClock.Instant) {
    let late = state.withLock { state in
      let late = state.running.filter { !$0.value.isLate && $0.value.end <= now }
      for number in late.keys { state.running[number]?.isLate = true }
      return late.values.map(\.task)
    }
    for task in late { task.cancel() }
  }
}
