package import HTTPTypes

extension HTTPField.Name {
  static let acceptPost = written("Accept-Post")
  static let ceID = written("ce-id")
  static let idempotencyKey = written("Idempotency-Key")
  static let lastEventID = written("Last-Event-ID")
  static let prefer = written("Prefer")
  package static let preferenceApplied = written("Preference-Applied")
  static let referrerPolicy = written("Referrer-Policy")
  static let refresh = written("Refresh")
  static let requestID = written("Request-Id")
  static let secFetchSite = written("Sec-Fetch-Site")
  static let serverTiming = written("Server-Timing")
  static let traceparent = written("traceparent")
  static let tracestate = written("tracestate")
  static let xAccelBuffering = written("X-Accel-Buffering")

  private static func written(_ name: StaticString) -> HTTPField.Name {
    guard let name = HTTPField.Name("\(name)") else { preconditionFailure("what is written here is a field's name") }
    return name
  }
}
