public import EventStreams

/// How a ride is paid.
public struct Payment: Sendable, Hashable {
  /// Where the money comes from.
  public enum Method: String, Sendable, CaseIterable, FieldValue {
    /// Charged through the gateway.
    case card
    /// Taken from the rider's account with us.
    case wallet
    /// Given to the driver.
    case cash
  }

  /// Where the money comes from.
  public let method: Method
  /// What the gateway knows the card by.
  public let token: String?

  /// A way to pay.
  public init(_ method: Method, token: String? = nil) {
    self.method = method
    self.token = token
  }
}

extension Payment: JSONRecord {
  /// `{"method":"card","token":"tok_…"}`
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    method = try fields("method", \.method)
    token = try fields.optional("token", \.token, .text().personal(of: "riderId"))
  }

  /// A card needs a token.
  public func check() throws(JSONError) {
    guard method == .card else { return }
    guard let token else { throw JSONError(path: "token", problem: "is missing; a card payment needs one") }
    try Identifier.checkName(token, "token")
  }
}
