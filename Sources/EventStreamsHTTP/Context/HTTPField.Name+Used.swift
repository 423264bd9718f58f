import HTTPTypes

extension HTTPField.Name {
  static let acceptPost = written("Accept-Post")
  static let ceID = written("ce-id")
  static let idempotencyKey = written("Idempotency-Key")
  static let referrerPolicy = written("Referrer-Policy")
  static let requestID = written("Request-Id")
  static let secFetchSite = written("Sec-Fetch-Site")
  static let serverTiming = written("Server-Timing")
  static let traceparent = written("traceparent")

  private static func written(_ name: StaticString) -> HTTPField.Name {
    guard let name = HTTPField.Name("\(name)") else { preconditionFailure("what is written here is a field's name") }
    return name
  }
}
