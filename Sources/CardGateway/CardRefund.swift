public import SpanJSON

/// Money on its way back to a card.
public struct CardRefund: Sendable, Hashable {
  /// `re_…`
  public var id: String
  /// In the gateway's units.
  public var amount: Int
  /// `eur`
  public var currency: String
  /// `succeeded`, `pending`, `requires_action`, `failed` or `canceled`.
  public var status: String
  /// Why the card could not have it: `lost_or_stolen_card`, …
  public var failureReason: String?
  /// The intent whose money it is.
  public var intent: String?
  /// What we have said of it.
  public var metadata: [PaymentIntent.Metadata]

  /// True if the card can't have it any more: the money is ours again.
  public var isVain: Bool { status.hasSameBytes(as: "failed") || status.hasSameBytes(as: "canceled") }
}

extension CardRefund: JSONReadable {
  /// Reads the gateway's `refund`.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    id = try object["id"]
    amount = try object["amount"]
    currency = try object["currency"]
    status = try object.optional("status") ?? "succeeded"
    failureReason = try object.optional("failure_reason")
    intent = try object.optional("payment_intent")
    metadata = try object.optional("metadata", as: MetadataObject.self)?.items ?? []
  }
}
