import AsyncHTTPClient
import CoreMetrics
public import Logging
import NIOCore
import NIOHTTP1
public import ServiceLifecycle
import SpanJSON

/// Sends the spans of a tracer to a collector while it runs, and what is left at the end.
///
/// A collector that is away costs nothing but its spans: so many wait, the others are dropped and counted, and a line a minute says so.
public struct SpanExporter: Service {
  private let queue: SpanQueue
  private let settings: TraceSettings
  private let scope: (name: String, version: String)
  private let log: Logger
  private let sent = Counter(label: "trace_spans_sent_total")

  /// How long the rest may take at the end.
  private static let lastPatience = Duration.seconds(2)
  /// How often a batch is sent that the collector can't take.
  private static let mostAttempts = 4
  /// How long a collector is heeded that says how long to wait.
  private static let longestPause = Duration.seconds(30)

  /// An exporter.
  ///
  /// - Parameters:
  ///   - tracer: whose spans it sends.
  ///   - settings: where to, and what of.
  ///   - scope: what makes the spans, and its version.
  ///   - log: is told of a collector that doesn't take them.
  public init(
    _ tracer: ExportingTracer, _ settings: TraceSettings, scope: (name: String, version: String), log: Logger
  ) {
    queue = tracer.queue
    self.settings = settings
    self.scope = scope
    self.log = log
  }

  /// Sends until it is to stop, and then what is left.
  public func run() async throws {
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    let complaint = Complaint(log: log)
    await cancelWhenGracefulShutdown { [queue, settings] in
      while !Task.isCancelled {
        await queue.wait(atMost: settings.delay)
        if Task.isCancelled { break }
        await send(queue.take(), over: client, complaint, within: settings.timeout)
      }
    }
    let end = ContinuousClock.now + Self.lastPatience
    while !Task.isCancelled, ContinuousClock.now < end {
      let spans = queue.take()
      if spans.isEmpty { break }
      await send(spans, over: client, complaint, within: Self.lastPatience, attempts: 1)
    }
    complaint.say()
    try? await client.shutdown()
  }

  /// Sends spans, again if the collector says that it may take them later.
  private func send(
    _ spans: [FinishedSpan], over client: HTTPClient, _ complaint: Complaint, within timeout: Duration,
    attempts: Int = mostAttempts
  ) async {
    var problem = "more came than it took"
    defer { complaint.report(dropped: queue.takeDropped(), because: problem) }
    guard !spans.isEmpty else { return }
    let body = ByteBuffer(
      bytes: JSONWriter.bytes(of: TraceRequest(spans: spans, resource: settings.resource, scope: scope)))
    for attempt in 1...attempts {
      let (refusal, pause) = await post(body, over: client, within: timeout)
      guard let refusal else {
        sent.increment(by: spans.count)
        return
      }
      problem = refusal
      guard let pause, attempt < attempts, !Task.isCancelled else { break }
      let growing = Duration.milliseconds(500 << attempt)
      try? await Task.sleep(for: min(max(pause, growing), Self.longestPause))
    }
    // Cut short by the end, which is another try.
    if Task.isCancelled { return queue.putBack(spans) }
    queue.drop(spans.count)
  }

  /// - Returns: why they were not taken, and for how long at least to wait if sending them again may help; nothing if they were.
  private func post(
    _ body: ByteBuffer, over client: HTTPClient, within timeout: Duration
  ) async -> (problem: String?, pause: Duration?) {
    var request = HTTPClientRequest(url: settings.endpoint)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    for header in settings.headers { request.headers.add(name: header.name, value: header.value) }
    request.body = .bytes(body)
    do {
      let response = try await client.execute(request, timeout: TimeAmount(timeout))
      // What it answers besides is of no use here, but a connection is used again only when it has been read.
      for try await _ in response.body {}
      switch response.status.code {
      case 200..<300: return (nil, nil)
      case 429, 502, 503, 504:
        let pause = response.headers.first(name: "retry-after").flatMap { Int($0) } ?? 0
        return ("it answered \(response.status.code)", .seconds(max(0, pause)))
      default: return ("it answered \(response.status.code)", nil)
      }
    } catch {
      return (String(describing: error), .zero)
    }
  }
}
