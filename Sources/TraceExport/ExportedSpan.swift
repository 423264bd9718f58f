import Synchronization
public import Tracing

/// A span that goes to a collector once it has ended; or, where its trace isn't recorded, nothing but its context.
public struct ExportedSpan: Span {
  /// What spans within it are part of.
  public let context: ServiceContext
  /// Nil if nothing is recorded.
  private let recording: Recording?

  /// One that isn't recorded.
  init(context: ServiceContext) {
    self.context = context
    recording = nil
  }

  init(context: ServiceContext, recording: Recording) {
    self.context = context
    self.recording = recording
  }

  /// Whether anything is made of what it is told.
  public var isRecording: Bool { recording?.isOpen ?? false }

  /// What is being done.
  public var operationName: String {
    get { recording?.with { $0.name } ?? "" }
    nonmutating set { recording?.with { $0.name = newValue } }
  }

  /// What is known of it.
  public var attributes: SpanAttributes {
    get { recording?.with { $0.attributes } ?? [:] }
    nonmutating set { recording?.with { $0.attributes = newValue } }
  }

  /// Says how it went.
  public func setStatus(_ status: SpanStatus) { recording?.with { $0.status = status } }

  /// Notes what happened meanwhile; no more than 128 times.
  public func addEvent(_ event: SpanEvent) {
    recording?.with { if $0.events.count < FinishedSpan.mostEvents { $0.events.append(event) } }
  }

  /// Notes that something failed, by the kind of error: its words may say what a trace isn't to know.
  public func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    guard isRecording else { return }
    var attributes = attributes
    attributes["exception.type"] = String(describing: type(of: error))
    addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
  }

  /// Says what it has to do with besides what it is part of; no more than 128 times.
  public func addLink(_ link: SpanLink) {
    guard let other = link.context.traceParent else { return }
    recording?.with {
      if $0.links.count < FinishedSpan.mostLinks { $0.links.append((other, link.attributes)) }
    }
  }

  /// Ends it, and has it sent.
  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    recording?.end(at: instant().nanosecondsSinceEpoch)
  }

  /// What is known of a span that hasn't ended.
  final class Recording: Sendable {
    private let span: Mutex<FinishedSpan?>
    private let queue: SpanQueue

    init(_ span: FinishedSpan, _ queue: SpanQueue) {
      self.span = Mutex(span)
      self.queue = queue
    }

    var isOpen: Bool { span.withLock { $0 != nil } }

    /// Nil after its end, when nothing changes any more.
    func with<Result: Sendable>(_ body: (inout FinishedSpan) -> Result) -> Result? {
      span.withLock { span in
        guard var open = span.take() else { return nil }
        defer { span = open }
        return body(&open)
      }
    }

    func end(at nanoseconds: UInt64) {
      guard var span = span.withLock({ $0.take() }) else { return }
      span.end = nanoseconds
      queue.append(span)
    }
  }
}
