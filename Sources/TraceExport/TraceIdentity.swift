/// The identity of a trace: 16 bytes, not all of them zero.
struct TraceID: Sendable, Hashable {
  let high: UInt64
  let low: UInt64

  /// One that nobody has.
  static func random() -> TraceID {
    TraceID(high: .random(in: .min ... .max), low: .random(in: 1 ... .max))
  }

  /// 32 hexadecimal digits.
  var digits: String { high.digits + low.digits }
}

/// The identity of a span within its trace: 8 bytes, not all of them zero.
struct SpanID: Sendable, Hashable {
  let value: UInt64

  /// One that nobody has.
  static func random() -> SpanID { SpanID(value: .random(in: 1 ... .max)) }

  /// 16 hexadecimal digits.
  var digits: String { value.digits }
}

extension UInt64 {
  /// 16 hexadecimal digits.
  fileprivate var digits: String {
    let text = String(self, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
