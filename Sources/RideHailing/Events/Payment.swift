public import EventStreams

/// How a ride is paid.
public struct Payment: Sendable, Hashable {
  /// Where the money comes from.
  public enum Method: String, Sendable, CaseIterable, JSONReadable, JSONWritable {
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

extension Payment: JSONReadable, JSONWritable {
  /// `{"method":"card","token":"tok_…"}`; a card needs a token.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    method = try object["method"]
    token = try object.optional("token")
    if method == .card {
      guard let token else { throw JSONError(path: "token", problem: "is missing; a card payment needs one") }
      try Identifier.checkName(token, "token")
    } else {
      try FreeText.check(token, "token")
    }
  }

  /// `{"method":"card","token":"tok_…"}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("method", method)
      $0.field("token", token)
    }
  }
}
