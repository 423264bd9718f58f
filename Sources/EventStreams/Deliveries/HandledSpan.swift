import Tracing

/// What of a trace has been recorded in a handler, for what comes of it: the commit, and the events that follow.
final class HandledSpan: Sendable {
  /// Of the handler's span.
  let context: ServiceContext
  /// The topic of the event that it handled.
  let topic: String
  /// What follow-ups belong to.
  let trace: TraceContext?

  init(_ context: ServiceContext, topic: String) {
    self.context = context
    self.topic = topic
    trace = TraceContext(of: context)
  }
}
