public import SpanJSON

/// A payment that the cardholder has contested.
public struct GatewayDispute: Sendable, Hashable {
  /// `du_…` or `dp_…`
  public var id: String
  /// The intent that was paid.
  public var intent: String?
  /// What is contested, in the gateway's units.
  public var amount: Int
  /// `eur`
  public var currency: String
  /// `needs_response`, `under_review`, `won`, `lost`, …
  public var status: String
  /// What is said of it: `fraudulent`, …
  public var reason: String
  /// What the gateway has taken for it so far, by currency, in the gateway's units.
  public var fees: [Fee]

  /// What the gateway has taken in one go; negative for what has come back.
  public struct Fee: Sendable, Hashable {
    /// In the gateway's units.
    public var amount: Int
    /// `eur`
    public var currency: String
  }
}

extension GatewayDispute: JSONReadable {
  /// Reads the gateway's `dispute`.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    id = try object["id"]
    intent = try object.optional("payment_intent")
    amount = try object["amount"]
    currency = try object["currency"]
    status = try object["status"]
    reason = try object.optional("reason") ?? "general"
    fees = try object.optional("balance_transactions") ?? []
  }
}

extension GatewayDispute.Fee: JSONReadable {
  /// Reads a line of the gateway's balance.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    amount = try object.optional("fee") ?? 0
    currency = try object["currency"]
  }
}
