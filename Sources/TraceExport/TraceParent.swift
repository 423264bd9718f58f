import ServiceContextModule

/// Where a span belongs, as it is passed on: W3C Trace Context, level 1.
struct TraceParent: Sendable, Hashable {
  /// The name of the field that it stands in.
  static let field = "traceparent"
  /// The name of the field beside it, which is passed on as it came.
  static let stateField = "tracestate"

  let trace: TraceID
  let span: SpanID
  /// Whether whoever began the trace wants it recorded.
  let isSampled: Bool
  /// What other systems have to say of the trace; nil if they have nothing.
  var state: String?

  init(trace: TraceID, span: SpanID, isSampled: Bool, state: String? = nil) {
    self.trace = trace
    self.span = span
    self.isSampled = isSampled
    self.state = state
  }

  /// Reads what is passed on; nil if it isn't well-formed, and so is to be passed over.
  init?(_ text: String, state: String? = nil) {
    // Version, trace, span and flags; of later versions no more is known.
    let parts = text.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].utf8.count == 2, parts[0] != "ff", Self.number(parts[0]) != nil,
      parts.count == 4 || parts[0] != "00",
      parts[1].utf8.count == 32, parts[2].utf8.count == 16, parts[3].utf8.count == 2,
      let high = Self.number(parts[1].prefix(16)), let low = Self.number(parts[1].suffix(16)), high | low != 0,
      let span = Self.number(parts[2]), span != 0, let flags = Self.number(parts[3])
    else { return nil }
    self.init(
      trace: TraceID(high: high, low: low), span: SpanID(value: span), isSampled: flags & 1 == 1, state: state)
  }

  /// Digits in lower case only, as the recommendation has it.
  private static func number(_ digits: Substring) -> UInt64? {
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
    return UInt64(digits, radix: 16)
  }

  /// As it is passed on.
  var text: String { "00-\(trace.digits)-\(span.digits)-\(isSampled ? "01" : "00")" }
}

extension ServiceContext {
  private enum Key: ServiceContextKey {
    typealias Value = TraceParent
    static var nameOverride: String? { TraceParent.field }
  }

  /// Where spans that begin in this context belong.
  var traceParent: TraceParent? {
    get { self[Key.self] }
    set { self[Key.self] = newValue }
  }
}
