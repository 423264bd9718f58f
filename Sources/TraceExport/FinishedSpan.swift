import Tracing

/// All that is known of a span.
struct FinishedSpan: Sendable {
  static let mostEvents = 128
  static let mostLinks = 128

  let own: TraceParent
  /// What it is part of; nil if the trace begins with it.
  let parent: SpanID?
  var name: String
  let kind: SpanKind
  /// Nanoseconds since 1970.
  let start: UInt64
  /// Nanoseconds since 1970.
  var end: UInt64 = 0
  var attributes = SpanAttributes()
  var events: [SpanEvent] = []
  var links: [(TraceParent, SpanAttributes)] = []
  var status: SpanStatus?
}
